// リクエストと応答が XML である。要素名にはプロファイルの項目名を使う。名前も値も架空。
//   npm install @xmldom/xmldom
import { DOMParser, type Element, onWarningStopParsing } from '@xmldom/xmldom';
import { publicCodec, type WireCodec, type WireMessage, type WireReply } from 'myna-selfinfo';

const NAMESPACE = 'urn:example:self-information:9';
const LISTS = ['selfPersonalData', 'record_list', 'missing_holders'];

/** 公開プロファイルのメッセージを XML に書き換える。 */
function toXml(root: string, message: WireMessage): WireMessage {
  const headers = { accept: 'application/xml', 'content-type': 'application/xml; charset=utf-8' };
  const body = write(root, JSON.parse(String(message.body)), ` xmlns="${NAMESPACE}"`);
  return { ...message, headers, body };
}
function write(name: string, value: unknown, attributes = ''): string {
  if (Array.isArray(value)) return value.map((one) => write(name, one)).join('');
  const inner = Object(value) === value ? Object.entries(Object(value)) : undefined;
  const text = String(value).replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const content = inner?.map(([key, one]) => write(key, one)).join('') ?? text;
  return `<${name}${attributes}>${content}</${name}>`;
}

/** XML の応答を、JSON で届いたかのように読ませる。値はすべて文字列になる。 */
function fromXml(reply: WireReply): WireReply {
  const json = async () => {
    const text = await reply.text();
    // 同期の処理は途中で止められないので、先に大きさを確かめる。DTD、コメント、CDATA は受け付けない。
    if (text.length > 1_048_576 || text.includes('<!')) throw new Error('refused');
    const parser = new DOMParser({ onError: onWarningStopParsing });
    return read(parser.parseFromString(text, 'application/xml').documentElement as Element);
  };
  return { ...reply, headers: { get: () => 'application/json' }, json };
}
function read(element: Element, depth = 0): unknown {
  if (element.namespaceURI !== NAMESPACE || depth > 16) throw new Error('foreign or too deep');
  const children = Array.from(element.childNodes).filter((node) => node.nodeType === 1);
  if (children.length === 0) return element.textContent;
  const found = new Map<string, unknown[]>();
  for (const child of children as Element[]) {
    const all = found.get(String(child.localName)) ?? [];
    found.set(String(child.localName), all);
    all.push(read(child, depth + 1));
  }
  // 一覧でない要素が2つあれば配列のまま渡り、publicCodec が拒否する。
  const entries = [...found].map(([name, all]) =>
    all.length > 1 || LISTS.includes(name) ? [name, all] : [name, all[0]],
  );
  return Object.fromEntries(entries);
}

const { encodeRequest, decodeProcess, encodePoll, decodeResult, confidence } = publicCodec;
const confirmed = Object.keys(confidence).map((name) => [name, 'specification'] as const);
export const xmlCodec: WireCodec = {
  version: 'xml-1',
  confidence: Object.fromEntries(confirmed),
  encodeRequest: async (...given) => toXml('request', await encodeRequest(...given)),
  decodeProcess: (reply, context) => decodeProcess(fromXml(reply), context),
  encodePoll: async (...given) => toXml('poll', await encodePoll(...given)),
  decodeResult: (reply, context) => decodeResult(fromXml(reply), context),
};
