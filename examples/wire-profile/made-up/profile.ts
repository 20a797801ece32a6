// 架空の仕様書 specification.md のクライアント側。仕様書を受け取った事業者が書くのは、この1ファイルだけである。
//   npm install @xmldom/xmldom
import type { webcrypto } from 'node:crypto';
import { DOMParser, type Element, onWarningStopParsing } from '@xmldom/xmldom';
import type {
  CodecFunction,
  Confidence,
  Day,
  Inquiry,
  ProfileEntry,
  WireCodec,
  WireContext,
  WireItem,
  WireMessage,
  WireProfile,
  WireProfileData,
  WireReply,
} from 'myna-selfinfo';

const NAMESPACE = 'urn:example:made-up:7';
const LONGEST_TEXT = 4 * 1024 * 1024;

const confirmed = <const T>(value: T): ProfileEntry<T> => ({ value, confidence: 'specification' });

const data: WireProfileData = {
  id: 'made-up-7',
  paths: {
    authorization: confirmed('/v7/authorize'),
    pushedAuthorization: confirmed('/v7/par'), // 仕様書になく、使われない。確認したことは記す。
    token: confirmed('/v7/token'),
    request: confirmed('/v7/inquiry'),
    result: confirmed('/v7/answer'),
  },
  headers: { requestId: confirmed(null), upstreamRequestId: confirmed(null) },
  oauth: {
    pkce: confirmed('S256'),
    clientAuthentication: confirmed('tls_client_auth'),
    pushedAuthorizationRequests: confirmed(false),
    issuerInCallback: confirmed(true),
    responseMode: confirmed('query'),
    scope: confirmed('self-information'),
    authorizationParameters: confirmed({}),
    tokenParameters: confirmed({}),
    deviations: confirmed([]),
    pollsAfterTokenExpiry: confirmed('until-refused'),
  },
  fields: {
    processId: confirmed('number'),
    selfPersonalData: confirmed('answer'),
    items: confirmed('item'),
    itemCode: confirmed('code'),
    method: confirmed('how'),
    at: confirmed('on'),
    from: confirmed('since'),
    to: confirmed('until'),
    processStatus: confirmed('state'),
    itemStatus: confirmed('result'),
    records: confirmed('record'),
    holder: confirmed('holder'),
    asOf: confirmed('date'),
    values: confirmed('value'),
    missing: confirmed('gap'),
    missingServer: confirmed('server'),
    missingUntil: confirmed('till'),
    failure: confirmed('why'),
  },
  methods: { 'point-in-time': confirmed('J'), range: confirmed('H'), latest: confirmed('S') },
  itemStatuses: {
    present: confirmed('OK'),
    'nothing-on-record': confirmed('NONE'),
    'not-covered': confirmed('OUT'),
    unavailable: confirmed('CLOSED'),
    failed: confirmed('NG'),
  },
  processStatuses: {
    accepted: confirmed('1'),
    running: confirmed('2'),
    done: confirmed('3'),
    busy: confirmed('4'),
    'session-lost': confirmed('5'),
    failed: confirmed('6'),
    blocked: confirmed('7'),
  },
  errorCodes: confirmed(['E-101', 'E-102', 'E-103', 'E-104', 'E-199']),
  untakenCodes: confirmed(['E-101', 'E-104']),
  notAcceptedStatuses: confirmed([]),
  completion: confirmed('poll'),
  acknowledgement: confirmed(null),
  notices: confirmed('none'),
  contentCoding: confirmed('identity'),
  timing: {
    pollMs: confirmed(2_000),
    consentMs: confirmed(600_000),
    resultMs: confirmed(3_600_000),
  },
};

function tag(name: string, attributes: Readonly<Record<string, string>>, inner = ''): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${value.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`)}"`,
  );
  return `<${name}${written.join('')}>${inner}</${name}>`;
}

function post(path: ProfileEntry<string>, body: string, { clientId }: WireContext): WireMessage {
  const headers = {
    'content-type': 'text/xml; charset=utf-8',
    'x-interface-version': '7.2',
    'x-service-id': clientId,
  };
  return { method: 'POST', path: path.value, headers, body };
}

const dayOf = (day: Day) =>
  typeof day === 'string' ? day.replaceAll('-', '') : String(day.fiscalYear);

function datesOf(inquiry: Inquiry): Readonly<Record<string, string>> {
  const { at, from, to } = data.fields;
  if (inquiry.method === 'point-in-time') return { [at.value]: dayOf(inquiry.at) };
  if (inquiry.method === 'latest') return {};
  return { [from.value]: dayOf(inquiry.from), [to.value]: dayOf(inquiry.to) };
}

const isXml = (reply: WireReply) => reply.headers.get('content-type')?.startsWith('text/xml');

/** ルート要素を返す。名前が異なるものは受け付けない。 */
async function rootOf(reply: WireReply, name?: string): Promise<Element> {
  const text = await reply.text();
  // 同期の処理は途中で止められないので、先に大きさを確かめる。DTD、コメント、CDATA は受け付けない。
  if (!isXml(reply) || text.length > LONGEST_TEXT || text.includes('<!'))
    throw new Error('not the XML of the specification');
  const parser = new DOMParser({ onError: onWarningStopParsing });
  const root = parser.parseFromString(text, 'text/xml').documentElement;
  if (root?.namespaceURI !== NAMESPACE || (name !== undefined && root.localName !== name))
    throw new Error('another root element');
  return root;
}

function childrenOf(element: Element, { value: name }: ProfileEntry<string>): Element[] {
  const children = Array.from(element.childNodes) as Element[];
  return children.filter((node) => node.nodeType === 1 && node.localName === name);
}

function textAt(element: Element, { value: name }: ProfileEntry<string>): string {
  const text = element.getAttribute(name);
  if (!text) throw new Error('a missing attribute');
  return text;
}

function wordAt<K extends string>(
  element: Element,
  name: ProfileEntry<string>,
  words: Readonly<Record<K, ProfileEntry<string>>>,
): K {
  const text = textAt(element, name);
  const found = (Object.keys(words) as K[]).find((key) => words[key].value === text);
  if (found === undefined) throw new Error('an unknown word');
  return found;
}

function itemOf(item: Element): WireItem {
  const { fields, itemStatuses } = data;
  const failure = item.getAttribute(fields.failure.value);
  return {
    code: textAt(item, fields.itemCode),
    status: wordAt(item, fields.itemStatus, itemStatuses),
    records: childrenOf(item, fields.records).map((record) => {
      const asOf = record.getAttribute(fields.asOf.value);
      const values = childrenOf(record, fields.values).map(
        (value) => [textAt(value, confirmed('name')), value.textContent] as const,
      );
      // 確かめなければ、同じ名前の値が2つあるとき、後の値だけが残ってしまう。
      if (new Set(values.map(([name]) => name)).size < values.length)
        throw new Error('a name twice');
      return {
        holder: textAt(record, fields.holder),
        ...(asOf !== null && { asOf }),
        fields: Object.fromEntries(values),
        extras: {},
      };
    }),
    missing: childrenOf(item, fields.missing).map((gap) => ({
      server: textAt(gap, fields.missingServer),
      until: gap.getAttribute(fields.missingUntil.value),
    })),
    ...(failure !== null && { failure }),
    extras: {},
  };
}

function codecWith(key: webcrypto.CryptoKey): WireCodec {
  const { paths, fields, methods, processStatuses } = data;
  return {
    version: 'made-up-7-1',
    confidence: {
      encodeRequest: 'specification',
      decodeProcess: 'specification',
      encodePoll: 'specification',
      decodeResult: 'specification',
      decodeRefusal: 'specification',
      sign: 'specification',
    } satisfies Partial<Record<CodecFunction, Confidence>>,
    encodeRequest: ({ items }, context) => {
      const asked = items.map(({ code, inquiry }) =>
        tag(fields.items.value, {
          [fields.itemCode.value]: code,
          [fields.method.value]: methods[inquiry.method].value,
          ...datesOf(inquiry),
        }),
      );
      return post(paths.request, tag('inquiry', { xmlns: NAMESPACE }, asked.join('')), context);
    },
    decodeProcess: async (reply) => ({
      processIds: [textAt(await rootOf(reply, 'receipt'), fields.processId)],
    }),
    encodePoll: (processId, context) => {
      const claim = tag('claim', { xmlns: NAMESPACE, [fields.processId.value]: processId });
      return post(paths.result, claim, context);
    },
    decodeResult: async (reply) => {
      const root = await rootOf(reply, fields.selfPersonalData.value);
      return {
        processId: textAt(root, fields.processId),
        status: wordAt(root, fields.processStatus, processStatuses),
        items: childrenOf(root, fields.items).map(itemOf),
        extras: {},
      };
    },
    decodeRefusal: async (reply) => {
      // ゲートウェイの HTML などは、ステータスで判定される。
      if (!isXml(reply)) return undefined;
      const root = await rootOf(reply);
      return root.localName === 'refusal' ? { code: textAt(root, fields.itemCode) } : undefined;
    },
    sign: async ({ body }) => {
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
      const signature = await crypto.subtle.sign(algorithm, key, Uint8Array.from(body));
      return { headers: { 'x-signature': Buffer.from(signature).toString('base64') } };
    },
  };
}

/** @param key - 署名に使う秘密鍵（P-256） */
export const madeUpProfile = (key: webcrypto.CryptoKey): WireProfile => ({
  ...data,
  codec: codecWith(key),
});
