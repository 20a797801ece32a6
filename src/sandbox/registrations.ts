import { X509Certificate } from 'node:crypto';
import { type Catalog, publishedCatalog } from '../catalog/catalog.js';
import { isItemCode } from '../catalog/item-codes.js';
import { checkDetailId, checkServerId, holdersOf } from '../catalog/lookup.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, checkWhole, readKeys } from '../foundation/options.js';
import type { Method } from '../service/inquiry.js';
import { publicProfile } from '../wire/public-profile.js';
import { checkFields, checkProvider, type RegisteredProvider } from './consent-facts.js';
import { checkClientAuth, type PublicKeySet, type RegisteredCredentials } from './key-set.js';
import type { Problems } from './problems.js';
import { checkUri, nonEmptyList, objectAt, textAt } from './registration-values.js';

/**
 * An item as the portal registers it. An item of `defineService` fits; further keys are ignored.
 */
export interface RegisteredItem {
  readonly detail: string;
  /** The item code (特定個人情報名コード), `TM` and 14 digits. Default: the id of the detail. */
  readonly code?: string | undefined;
  readonly inquiries: readonly Method[];
  /** The field that decides which record is the latest. */
  readonly latestBy?: string | undefined;
  /** Only these servers are queried. Default: all servers that hold the detail. */
  readonly holders?: readonly string[] | undefined;
}

/** A service as the portal registers it (サービス情報設定シート). A service of `defineService` fits. */
export interface RegisteredService {
  readonly name: string;
  readonly purpose: { readonly id: string; readonly text: string };
  /** Days after the day of the consent. */
  readonly retention: { readonly days: number };
  readonly items: Readonly<Record<string, RegisteredItem>>;
}

/** The registration of a provider (Webサービス提供者) with the sandbox. */
export interface Registration {
  /** The service id, sent as `client_id`: up to 64 printable ASCII characters. */
  readonly clientId: string;
  /**
   * The allowed redirect URIs, compared character by character. `environment()` uses the first one.
   */
  readonly redirectUris: readonly string[];
  readonly service: RegisteredService;
  /**
   * The PEM client certificate that this client must present. Without it, any certificate or none
   * is accepted. `startSandbox` creates the certificates itself.
   */
  readonly certificate?: string;
  /**
   * How the client authenticates beside its certificate: not at all (`tls`), by assertions signed
   * with one of these keys (`private_key_jwt`), or by this secret, printable ASCII. The secret is
   * sent as `client_secret_basic`, unless the profile says `client_secret_post`. Default: `tls`.
   */
  readonly clientAuth?: 'tls' | { readonly jwks: PublicKeySet } | { readonly secret: string };
  /** Whether authorization requests must be pushed (PAR). Default: false, so they can be pushed. */
  readonly requirePushedAuthorizationRequests?: boolean;
  /**
   * The URL that receives a notice when a result is ready, where the profile has `notices`: https,
   * or http on loopback or a private name. Default: none.
   */
  readonly noticeUri?: string;
  /** Who asks, as the consent page names it. Default: the page says that nothing is registered. */
  readonly provider?: RegisteredProvider;
  /**
   * The fields (取得項目) of each item, by the name of the item in `service.items`, in words that
   * citizens know. Default: the fields of the sandbox's sample records.
   */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
}

/** A validated registration, as the sandbox uses it. */
export interface Client {
  /** What its items and holders are. */
  readonly catalog: Catalog;
  readonly clientId: string;
  readonly redirectUris: readonly [string, ...string[]];
  readonly name: string;
  readonly purpose: string;
  readonly retentionDays: number;
  /** By item code. */
  readonly items: ReadonlyMap<string, ClientItem>;
  /** SHA-256 of the certificate that the client must present. */
  readonly thumbprint: string | undefined;
  /** The keys for its assertions, by id. Undefined if the client sends no assertions. */
  readonly keys: RegisteredCredentials['keys'];
  /** Its secret. Undefined if the client sends none. */
  readonly secret: RegisteredCredentials['secret'];
  /** Whether its authorization requests must be pushed. */
  readonly mustPush: boolean;
  /** Where its notices go. */
  readonly noticeUri: string | undefined;
  /** Who asks. */
  readonly provider: RegisteredProvider | undefined;
}

/** A validated item. */
export interface ClientItem {
  readonly code: string;
  readonly detail: string;
  readonly methods: readonly Method[];
  readonly latestBy: string | undefined;
  readonly holders: readonly string[];
  /** The fields that the consent page names. */
  readonly fields: readonly string[] | undefined;
}

/** The form of a client id. */
export const CLIENT_ID = /^[\x21-\x7e]{1,64}$/;
/** The most days that data may be kept. */
export const MAX_RETENTION_DAYS = 36_500;
/** The inquiry methods. */
export const METHODS = Object.keys(publicProfile.methods) as Method[];
const isMethod = (value: unknown): value is Method => METHODS.some((method) => method === value);

/**
 * Checks every registration and returns the clients by id, in order. Adds every problem with its
 * path.
 */
export function checkRegistrations(
  value: unknown,
  path: string,
  problems: Problems,
  catalog: Catalog = publishedCatalog,
): ReadonlyMap<string, Client> {
  const clients = new Map<string, Client>();
  for (const [index, registration] of (
    problems.check(() => nonEmptyList(value, path)) ?? []
  ).entries()) {
    const client = checkRegistration(registration, `${path}[${index}]`, catalog, problems);
    if (client === undefined) continue;
    if (clients.has(client.clientId))
      problems.check(() => {
        throw invalidOption(`${path}[${index}].clientId`, {
          en: 'It is registered twice.',
          ja: '同じ値が2回登録されています。',
        });
      });
    clients.set(client.clientId, client);
  }
  return clients;
}

/** Returns the SHA-256 thumbprint of a PEM certificate. */
export function thumbprintOf(pem: unknown, path: string): string {
  checkText(pem, path);
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    throw new SelfInfoError('invalid_credential', {
      path,
      expected: { en: 'It must be a PEM certificate.', ja: 'PEM 形式の証明書を指定してください。' },
    });
  }
}

/** Checks one registration. Adds every problem with its path. */
export function checkRegistration(
  value: unknown,
  path: string,
  catalog: Catalog,
  problems: Problems,
): Client | undefined {
  problems.check(() =>
    readKeys(value, path, {
      clientId: true,
      redirectUris: true,
      service: true,
      certificate: true,
      clientAuth: true,
      requirePushedAuthorizationRequests: true,
      noticeUri: true,
      provider: true,
      fields: true,
    } satisfies Record<keyof Registration, true>),
  );
  const registration = problems.check(() => objectAt(value, path));
  // The check above has added that it is not an object.
  if (registration === undefined) return undefined;
  const clientId = problems.check(() => checkClientId(registration.clientId, `${path}.clientId`));
  const redirectUris = checkUris(registration.redirectUris, `${path}.redirectUris`, problems);
  const fields = checkFields(registration.fields, `${path}.fields`, registration.service, problems);
  const known = { catalog, fields };
  const service = checkService(registration.service, `${path}.service`, known, problems);
  const { certificate } = registration;
  const thumbprint =
    certificate === undefined
      ? undefined
      : problems.check(() => thumbprintOf(certificate, `${path}.certificate`));
  const { keys, secret } =
    problems.check(() => checkClientAuth(registration.clientAuth, `${path}.clientAuth`)) ?? {};
  const { requirePushedAuthorizationRequests: mustPush = false } = registration;
  problems.check(() => {
    if (typeof mustPush !== 'boolean')
      throw new TypeError(`${path}.requirePushedAuthorizationRequests must be a boolean.`);
  });
  const noticeUri = problems.check(() =>
    registration.noticeUri === undefined
      ? undefined
      : checkUri(registration.noticeUri, `${path}.noticeUri`),
  );
  const provider = problems.check(() => checkProvider(registration.provider, `${path}.provider`));
  if (clientId === undefined || redirectUris === undefined || service === undefined)
    return undefined;
  return {
    ...{ catalog, clientId, redirectUris, ...service, thumbprint, keys, secret, noticeUri },
    ...{ mustPush: mustPush === true, provider },
  };
}

function checkClientId(value: unknown, path: string): string {
  checkText(value, path);
  if (CLIENT_ID.test(value)) return value;
  throw invalidOption(path, {
    en: 'It must be up to 64 printable ASCII characters without spaces.',
    ja: '空白を含まない64文字以内のASCII文字で指定してください。',
  });
}

function checkUris(
  value: unknown,
  path: string,
  problems: Problems,
): Client['redirectUris'] | undefined {
  const list = problems.check(() => nonEmptyList(value, path)) ?? [];
  const [first, ...others] = list.flatMap((uri, index) => {
    const at = `${path}[${index}]`;
    const checked = problems.check(() => {
      if (list.indexOf(uri) !== index)
        throw invalidOption(at, { en: 'It is listed twice.', ja: '同じ値が2回指定されています。' });
      return checkUri(uri, at);
    });
    return checked === undefined ? [] : [checked];
  });
  return first === undefined ? undefined : [first, ...others];
}

/** Input for checking the items of a service. */
interface Known {
  readonly catalog: Catalog;
  /** By the name of the item. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

function checkService(
  value: unknown,
  path: string,
  known: Known,
  problems: Problems,
): Pick<Client, 'name' | 'purpose' | 'retentionDays' | 'items'> | undefined {
  const service = problems.check(() => objectAt(value, path));
  if (service === undefined) return undefined;
  const name = problems.check(() => textAt(service.name, `${path}.name`));
  const purpose = problems.check(() => {
    const { id, text } = objectAt(service.purpose, `${path}.purpose`);
    checkText(id, `${path}.purpose.id`);
    return textAt(text, `${path}.purpose.text`);
  });
  const retentionDays = problems.check(() => {
    const { days } = objectAt(service.retention, `${path}.retention`);
    checkWhole(days, `${path}.retention.days`, 0);
    if (days > MAX_RETENTION_DAYS)
      throw invalidOption(`${path}.retention.days`, {
        en: `It must be at most ${MAX_RETENTION_DAYS}.`,
        ja: `${MAX_RETENTION_DAYS} 以下で指定してください。`,
      });
    return days;
  });
  const items = checkItems(service.items, `${path}.items`, known, problems);
  return name === undefined || purpose === undefined || retentionDays === undefined
    ? undefined
    : { name, purpose, retentionDays, items };
}

function checkItems(
  value: unknown,
  path: string,
  { catalog, fields }: Known,
  problems: Problems,
): Client['items'] {
  const items = new Map<string, ClientItem>();
  const specs = problems.check(() => {
    const entries = Object.entries(objectAt(value, path));
    if (entries.length === 0)
      throw invalidOption(path, {
        en: 'It must have at least one item.',
        ja: '1つ以上の項目を指定してください。',
      });
    return entries;
  });
  for (const [key, spec] of specs ?? []) {
    const at = `${path}.${key.slice(0, 60)}`;
    problems.check(() => {
      const item = { ...checkItem(spec, at, catalog), fields: fields.get(key) };
      if (items.has(item.code)) {
        throw invalidOption(`${at}.code`, {
          en: 'Another item has the same code. Give every item a different code.',
          ja: 'ほかの項目と同じコードです。項目ごとに異なるコードを指定してください。',
        });
      }
      items.set(item.code, item);
    });
  }
  return items;
}

function checkItem(value: unknown, path: string, catalog: Catalog): Omit<ClientItem, 'fields'> {
  const { detail, code, inquiries, latestBy, holders } = objectAt(value, path);
  checkText(detail, `${path}.detail`);
  checkDetailId(detail, `${path}.detail`, catalog);
  if (code !== undefined) {
    checkText(code, `${path}.code`);
    if (!isItemCode(code))
      throw invalidOption(`${path}.code`, {
        en: 'It must be TM and 14 digits.',
        ja: 'TM と数字14桁で指定してください。',
      });
  }
  if (latestBy !== undefined) checkText(latestBy, `${path}.latestBy`);
  const methods: Method[] = [];
  for (const [index, method] of nonEmptyList(inquiries, `${path}.inquiries`).entries()) {
    const at = `${path}.inquiries[${index}]`;
    if (!isMethod(method) || methods.includes(method))
      throw invalidOption(at, {
        en: `It must be one of ${METHODS.join(', ')}, each at most once.`,
        ja: `${METHODS.join('、')} のいずれかを重複なく指定してください。`,
      });
    if (method === 'latest' && latestBy === undefined)
      throw new SelfInfoError('latest_not_declared', { path: at });
    methods.push(method);
  }
  return {
    code: code ?? detail,
    detail,
    methods,
    latestBy,
    holders: checkHolders(holders, holdersOf(detail, catalog), `${path}.holders`, catalog),
  };
}

function checkHolders(
  value: unknown,
  all: readonly string[],
  path: string,
  catalog: Catalog,
): readonly string[] {
  if (value === undefined) return all;
  return nonEmptyList(value, path).map((server, index) => {
    checkServerId(server, `${path}[${index}]`, catalog);
    if (!all.includes(server))
      throw new SelfInfoError('not_a_holder', { path: `${path}[${index}]` });
    return server;
  });
}
