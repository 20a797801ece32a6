import { X509Certificate } from 'node:crypto';
import { checkDetailId, checkServerId, type DetailId, holdersOf, type ServerId } from '../catalog/index.js';
import { SelfInfoError } from '../errors.js';
import { checkKeys, checkText, checkWhole } from '../options.js';
import { publicProfile, type WireProfile } from '../profile.js';

type Method = keyof WireProfile['methods'];

/** An item as the portal registers it; what `defineService` takes fits, further keys are ignored. */
export interface RegisteredItem {
  readonly detail: DetailId;
  /** The item code (特定個人情報名コード), `TM` and 14 digits. Without one the detail's id stands in on the wire. */
  readonly code?: string | undefined;
  readonly inquiries: readonly Method[];
  /** The field that decides which record is the latest. */
  readonly latestBy?: string | undefined;
  /** Only these servers are asked. Default: all that hold the detail. */
  readonly holders?: readonly string[] | undefined;
}

/** A service as the portal registers it (サービス情報設定シート); a service of `defineService` is one. */
export interface RegisteredService {
  readonly name: string;
  readonly purpose: { readonly id: string; readonly text: string };
  /** Days after the day of consent. */
  readonly retention: { readonly days: number };
  readonly items: Readonly<Record<string, RegisteredItem>>;
}

/** A provider's registration at the sandbox. */
export interface Registration {
  /** The service id, sent as `client_id`: up to 64 printable ASCII characters. */
  readonly clientId: string;
  /** Where citizens may be sent back, compared to the letter. The first one stands in `environment()`. */
  readonly redirectUris: readonly string[];
  readonly service: RegisteredService;
  /** The PEM client certificate that this client must present. Without one any will do, or none; `startSandbox` makes them itself. */
  readonly certificate?: string;
}

/** A checked registration, as the sandbox uses it. */
export interface Client {
  readonly clientId: string;
  readonly redirectUris: readonly [string, ...string[]];
  readonly name: string;
  readonly purpose: string;
  readonly retentionDays: number;
  /** By item code. */
  readonly items: ReadonlyMap<string, Item>;
  /** SHA-256 of the certificate to be presented. */
  readonly thumbprint: string | undefined;
}

/** A checked item. */
export interface Item {
  readonly code: string;
  readonly detail: DetailId;
  readonly methods: readonly Method[];
  readonly latestBy: string | undefined;
  readonly holders: readonly ServerId[];
}

const allMethods: readonly string[] = Object.keys(publicProfile.methods);
const isMethod = (value: unknown): value is Method => typeof value === 'string' && allMethods.includes(value);

/** Checks every registration to the letter and returns the clients by id, in order. */
export function checkRegistrations(value: unknown, path: string): ReadonlyMap<string, Client> {
  const clients = new Map<string, Client>();
  for (const [index, registration] of nonEmptyList(value, path).entries()) {
    const client = checkRegistration(registration, `${path}[${index}]`);
    if (clients.has(client.clientId)) throw invalid(`${path}[${index}].clientId`, 'It is registered twice.', '二重に登録されています。');
    clients.set(client.clientId, client);
  }
  return clients;
}

/** The SHA-256 thumbprint of a PEM certificate. */
export function thumbprintOf(pem: unknown, path: string): string {
  checkText(pem, path);
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    throw new SelfInfoError('invalid_credential', { path, expected: { en: 'It must be a PEM certificate.', ja: 'PEM形式の証明書を指定してください。' } });
  }
}

function checkRegistration(value: unknown, path: string): Client {
  checkKeys(value, path, ['clientId', 'redirectUris', 'service', 'certificate']);
  checkText(value.clientId, `${path}.clientId`);
  if (!/^[\x21-\x7e]{1,64}$/.test(value.clientId))
    throw invalid(`${path}.clientId`, 'Up to 64 printable ASCII characters without spaces.', '空白を含まない64文字以内のASCII文字で指定してください。');
  const [first, ...others] = nonEmptyList(value.redirectUris, `${path}.redirectUris`).map((uri, index) => checkUri(uri, `${path}.redirectUris[${index}]`));
  if (first === undefined) throw new SelfInfoError('missing_option', { path: `${path}.redirectUris` });
  const twice = [first, ...others].findIndex((uri, index, all) => all.indexOf(uri) !== index);
  if (twice !== -1) throw invalid(`${path}.redirectUris[${twice}]`, 'It is listed twice.', '二重に指定されています。');
  return {
    clientId: value.clientId,
    redirectUris: [first, ...others],
    ...checkService(value.service, `${path}.service`),
    thumbprint: value.certificate === undefined ? undefined : thumbprintOf(value.certificate, `${path}.certificate`),
  };
}

function checkUri(value: unknown, path: string): string {
  checkText(value, path);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const loopback = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if ((url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) && url.username === '' && url.password === '' && !value.includes('#')) {
    if (/^[\x21-\x7e]+$/.test(value)) return value;
  }
  throw invalid(
    path,
    'An absolute https URL (http on loopback only) in ASCII, without fragment or user name.',
    'フラグメントやユーザー名のない ASCII の https 絶対URLで指定してください（ループバックのみ http 可）。',
  );
}

function checkService(value: unknown, path: string): Pick<Client, 'name' | 'purpose' | 'retentionDays' | 'items'> {
  const service = objectAt(value, path);
  checkText(service.name, `${path}.name`);
  const purpose = objectAt(service.purpose, `${path}.purpose`);
  checkText(purpose.id, `${path}.purpose.id`);
  checkText(purpose.text, `${path}.purpose.text`);
  const { days } = objectAt(service.retention, `${path}.retention`);
  checkWhole(days, `${path}.retention.days`, 0);
  if (days > 36_500) throw invalid(`${path}.retention.days`, 'At most 36500.', '36500 以下で指定してください。');
  const items = new Map<string, Item>();
  for (const [key, spec] of Object.entries(objectAt(service.items, `${path}.items`))) {
    const item = checkItem(spec, `${path}.items.${key.slice(0, 60)}`);
    if (items.has(item.code))
      throw invalid(
        `${path}.items.${key.slice(0, 60)}.code`,
        'Another item has the same code: give each a code of its own.',
        '他の項目と同じコードです。項目ごとに異なるコードを指定してください。',
      );
    items.set(item.code, item);
  }
  if (items.size === 0) throw invalid(`${path}.items`, 'At least one item.', '1項目以上を指定してください。');
  return { name: service.name, purpose: purpose.text, retentionDays: days, items };
}

function checkItem(value: unknown, path: string): Item {
  const { detail, code, inquiries, latestBy, holders } = objectAt(value, path);
  checkText(detail, `${path}.detail`);
  checkDetailId(detail, `${path}.detail`);
  if (code !== undefined) {
    checkText(code, `${path}.code`);
    if (!/^TM\d{14}$/.test(code)) throw invalid(`${path}.code`, 'TM and 14 digits.', 'TM と14桁の数字で指定してください。');
  }
  if (latestBy !== undefined) checkText(latestBy, `${path}.latestBy`);
  const methods: Method[] = [];
  for (const [index, method] of nonEmptyList(inquiries, `${path}.inquiries`).entries()) {
    const at = `${path}.inquiries[${index}]`;
    if (!isMethod(method) || methods.includes(method))
      throw invalid(at, `One of ${allMethods.join(', ')}, each once.`, `${allMethods.join('、')} を重複なく指定してください。`);
    if (method === 'latest' && latestBy === undefined) throw new SelfInfoError('latest_not_declared', { path: at });
    methods.push(method);
  }
  return { code: code ?? detail, detail, methods, latestBy, holders: checkHolders(holders, detail, `${path}.holders`) };
}

function checkHolders(value: unknown, detail: DetailId, path: string): readonly ServerId[] {
  const all = holdersOf(detail);
  if (value === undefined) return all;
  return nonEmptyList(value, path).map((server, index) => {
    checkServerId(server, `${path}[${index}]`);
    if (!all.includes(server)) throw new SelfInfoError('not_a_holder', { path: `${path}[${index}]` });
    return server;
  });
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${path} must be an object.`);
  return value as Readonly<Record<string, unknown>>;
}

function nonEmptyList(value: unknown, path: string): readonly unknown[] {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  if (value.length === 0) throw invalid(path, 'At least one entry.', '1件以上を指定してください。');
  return value;
}

function invalid(path: string, en: string, ja: string): SelfInfoError {
  return new SelfInfoError('invalid_option', { path, expected: { en, ja } });
}
