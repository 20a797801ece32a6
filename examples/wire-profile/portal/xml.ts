// codecs/xml.ts の相手となるポータル。XML のパーサーは使わず、決まった形だけを読み書きする。
import type { SandboxCodec } from 'myna-selfinfo/sandbox';
import { publicRequest } from './public-request.js';

const NAMESPACE = 'urn:example:self-information:9';
const ITEM =
  /<inquiry_items><item_code>(\w+)<\/item_code><inquiry_method>(\w+)<\/inquiry_method>(?:<point_date>(\d+)<\/point_date>)?<\/inquiry_items>/g;

const escaped = (value: unknown): string =>
  String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** 値のない要素は書かない。 */
function elements(body: object): string {
  return Object.entries(body)
    .flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const))
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const content = typeof value === 'object' ? elements(value) : escaped(value);
      return `<s:${name}>${content}</s:${name}>`;
    })
    .join('\n  ');
}

function publicBody(xml: string): unknown {
  const [, id] = /<process_id>([^<]+)<\/process_id>/.exec(xml) ?? [];
  if (id !== undefined) return { process_id: id };
  const items = [...xml.matchAll(ITEM)].map(([, code, method, date]) => ({
    item_code: code,
    inquiry_method: method,
    ...(date !== undefined && { point_date: date }),
  }));
  return { inquiry_items: items };
}

/** @param disturb - 応答の XML を書き換える。壊れた応答を試すため。 */
export function xmlPortal(disturb = (xml: string) => xml): SandboxCodec {
  return async (request, next) => {
    const xml = await request.text();
    const isXml = request.headers.get('content-type') === 'application/xml; charset=utf-8';
    if (!isXml || !xml.includes(` xmlns="${NAMESPACE}">`))
      return new Response(null, { status: 415 });
    const response = await next(
      publicRequest(request, new URL(request.url).pathname, publicBody(xml)),
    );
    const body = elements(JSON.parse(await response.text()));
    return new Response(
      disturb(`<?xml version="1.0"?>\n<s:response xmlns:s="${NAMESPACE}">${body}</s:response>`),
      {
        status: response.status,
        headers: {
          'content-type': 'application/xml',
          'retry-after': response.headers.get('retry-after') ?? '0',
        },
      },
    );
  };
}
