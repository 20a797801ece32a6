// 架空の仕様書 specification.md のポータル側。profile.ts とは、コードも、名前も、パーサーも共有しない。
import { type KeyObject, verify } from 'node:crypto';
import { publicProfile, type WireProfile } from 'myna-selfinfo';
import type { SandboxCodec } from 'myna-selfinfo/sandbox';

const entry = <const T>(value: T) => ({ value, confidence: 'unknown' }) as const;

/** サンドボックスが自分で応答する部分：宛先と scope */
export const portalProfile: WireProfile = {
  ...publicProfile,
  id: 'portal-of-made-up-7',
  paths: {
    authorization: entry('/v7/authorize'),
    pushedAuthorization: entry('/v7/pushed'),
    token: entry('/v7/token'),
    request: entry('/v7/inquiry'),
    result: entry('/v7/answer'),
  },
  oauth: { ...publicProfile.oauth, scope: entry('self-information') },
};

const HOW: Readonly<Record<string, string>> = { J: 'POINT', H: 'RANGE', S: 'LATEST' };
const STATES: Readonly<Record<string, number>> = { RUNNING: 2, DONE: 3 };
const RESULTS: Readonly<Record<string, string>> = {
  PRESENT: 'OK',
  NOTHING_ON_RECORD: 'NONE',
  NOT_COVERED: 'OUT',
  UNAVAILABLE: 'CLOSED',
  FAILED: 'NG',
};
const REFUSALS: Readonly<Record<string, string>> = {
  item_not_registered: 'E-101',
  consent_used: 'E-102',
  unknown_process: 'E-103',
};

interface Item {
  readonly item_code: string;
  readonly item_status: string;
  readonly failure_code?: string;
  readonly record_list?: readonly {
    readonly holder_name: string;
    readonly record_date?: string;
    readonly field_values: object;
  }[];
  readonly missing_holders?: readonly {
    readonly server_name: string;
    readonly closed_until?: string | null;
  }[];
}

const escaped = (text: unknown) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** 照会の項目を、サンドボックス本来の値で返す。 */
function itemsOf(xml: string): unknown[] {
  return [...xml.matchAll(/<item ([^>]*)>/g)].map(([, list = '']) => {
    const found = Object.fromEntries(
      [...list.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value]) => [name, value]),
    );
    const { code, how = '', on, since, until } = found;
    return {
      item_code: code,
      inquiry_method: HOW[how],
      ...(on !== undefined && { point_date: on }),
      ...(since !== undefined && { range_start: since, range_end: until }),
    };
  });
}

function itemXml({ item_code, item_status, failure_code, record_list, missing_holders }: Item) {
  const records = (record_list ?? []).map(({ holder_name, record_date, field_values }) => {
    const date = record_date === undefined ? '' : ` date="${record_date}"`;
    const values = Object.entries(field_values)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `<m:value name="${escaped(name)}">${escaped(value)}</m:value>`);
    return `<m:record holder="${escaped(holder_name)}"${date}>${values.join('\n')}</m:record>`;
  });
  const gaps = (missing_holders ?? []).map(({ server_name, closed_until }) => {
    const till = closed_until ? ` till="${closed_until}"` : '';
    return `<m:gap server="${server_name}"${till}/>`;
  });
  const why = failure_code === undefined ? '' : ` why="${failure_code}"`;
  return `<m:item code="${item_code}" result="${RESULTS[item_status]}"${why}>${[...records, ...gaps].join('')}</m:item>`;
}

function respond(element: string, inner = '', retryAfter = ''): Response {
  const [name = ''] = element.split(' ', 1);
  const body = `<?xml version="1.0"?>\n<m:${element} xmlns:m="urn:example:made-up:7">${inner}</m:${name}>`;
  const headers = { 'content-type': 'text/xml', ...(retryAfter && { 'retry-after': retryAfter }) };
  return new Response(body, { headers });
}

/** @param publicKey - 事業者が登録した公開鍵 */
export function madeUpPortal(publicKey: KeyObject): SandboxCodec {
  return async (request, next) => {
    const header = (name: string) => request.headers.get(name) ?? '';
    const xml = await request.text();
    const isRight =
      header('content-type') === 'text/xml; charset=utf-8' &&
      header('x-interface-version') === '7.2' &&
      header('x-service-id') === 'SP12345678_AB1234' &&
      verify(
        'sha256',
        Buffer.from(xml),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(header('x-signature'), 'base64'),
      );
    if (!isRight) return respond('refusal code="E-104"');
    const [, number] = /^<claim xmlns="urn:example:made-up:7" number="([\w-]+)">/.exec(xml) ?? [];
    const isInquiry = xml.startsWith('<inquiry xmlns="urn:example:made-up:7">');
    const body = isInquiry ? { inquiry_items: itemsOf(xml) } : { process_id: number };
    const response = await next(
      new Request(request.url, {
        method: 'POST',
        headers: { authorization: header('authorization'), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
    const { error, process_id, process_status, selfPersonalData } = JSON.parse(
      await response.text(),
    );
    if (!response.ok) return respond(`refusal code="${REFUSALS[error] ?? 'E-199'}"`);
    if (isInquiry) return respond(`receipt number="${process_id}"`);
    const items = ((selfPersonalData ?? []) as Item[]).map(itemXml).join('\n');
    const answer = `answer number="${process_id}" state="${STATES[process_status]}"`;
    return respond(answer, items, response.headers.get('retry-after') ?? '');
  };
}
