import { type Expected, invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';
import {
  type CatalogDetail,
  type CatalogHolding,
  type CatalogItem,
  type CatalogName,
  type CatalogServer,
  publishedCatalog,
} from './catalog.js';
import { categories } from './details.js';
import { checkItemCode } from './item-codes.js';

// Above any real use. The states of the holders of one detail are packed into one number.
const MAX_HOLDERS = 20;
const MAX_ROWS = 1_000;
const MAX_NAME = 200;
const MAX_ID = 60;
const NAME = { ja: true, en: true } as const satisfies Record<keyof CatalogName, true>;

/** Names of announcements and targets that no row may have as its id. */
const RESERVED: readonly string[] = ['all', 'constructor'];

/** A detail with its holdings. */
interface ReadDetail {
  readonly detail: CatalogDetail;
  readonly holdings: readonly CatalogHolding[];
}

/** Reads the option `servers` of an extension. */
export function readServers(value: unknown, path: string): CatalogServer[] {
  const rows = listAt(value, path, MAX_ROWS).map((row, index) =>
    readServer(row, `${path}[${index}]`),
  );
  refuseTwice(
    rows.map(({ id }) => id),
    path,
    'id',
  );
  return rows;
}

function readServer(value: unknown, path: string): CatalogServer {
  const given = readKeys(value, path, {
    id: true,
    ja: true,
    en: true,
    holder: true,
    hours: true,
    source: true,
    redefines: true,
  });
  const id = idAt(given.id, `${path}.id`);
  if (publishedCatalog.details.some((detail) => detail.id === id)) throw taken(`${path}.id`);
  const published = publishedCatalog.servers.find((server) => server.id === id);
  checkRedefines(given.redefines, published !== undefined, path);
  const holder = nameAt(given.holder, `${path}.holder`);
  const { hours = published?.hours } = given;
  if (hours === undefined)
    throw new SelfInfoError('missing_option', { path: `${path}.hours`, expected: UNKNOWN_HOURS });
  if (hours !== published?.hours && hours !== 'unknown')
    throw invalidOption(`${path}.hours`, UNKNOWN_HOURS);
  return {
    id,
    ja: textAt(given.ja, `${path}.ja`),
    en: given.en === undefined ? holder.en : textAt(given.en, `${path}.en`),
    holder,
    role: published?.role ?? 'holder',
    hours: hours as CatalogServer['hours'],
    source: sourceAt(given.source, `${path}.source`),
  };
}

const UNKNOWN_HOURS: Expected = {
  en: "Only 'unknown' is allowed here. Give known hours to createCalendar, as servers.",
  ja: "ここで指定できるのは 'unknown' だけです。運用時間が分かる場合は createCalendar の servers で指定してください。",
};

/** Reads the option `details` of an extension. */
export function readDetails(
  value: unknown,
  path: string,
  known: { readonly servers: readonly CatalogServer[] },
): ReadDetail[] {
  const rows = listAt(value, path, MAX_ROWS).map((row, index) =>
    readDetail(row, `${path}[${index}]`, known.servers),
  );
  refuseTwice(
    rows.map(({ detail }) => detail.id),
    path,
    'id',
  );
  return rows;
}

function readDetail(value: unknown, path: string, servers: readonly CatalogServer[]): ReadDetail {
  const given = readKeys(value, path, {
    id: true,
    ja: true,
    en: true,
    category: true,
    holders: true,
    redefines: true,
  });
  const id = idAt(given.id, `${path}.id`);
  // A command line names both by their id alone.
  if (servers.some((server) => server.id === id)) throw taken(`${path}.id`);
  checkRedefines(
    given.redefines,
    publishedCatalog.details.some((detail) => detail.id === id),
    path,
  );
  const category = categories.find((row) => row.id === given.category);
  if (given.category === undefined)
    throw new SelfInfoError('missing_option', { path: `${path}.category` });
  if (category === undefined)
    throw invalidOption(`${path}.category`, oneOf(categories.map((row) => row.id)));
  const { ja, en } = { ja: textAt(given.ja, `${path}.ja`), en: textAt(given.en, `${path}.en`) };
  return {
    detail: { id, ja, en, category: category.id },
    holdings: readHolders(given.holders, `${path}.holders`, id, servers),
  };
}

function readHolders(
  value: unknown,
  path: string,
  detail: string,
  servers: readonly CatalogServer[],
): CatalogHolding[] {
  const list = nonEmptyList(value, path, MAX_HOLDERS);
  const holdings = list.map((entry, index): CatalogHolding => {
    const at = `${path}[${index}]`;
    const given =
      typeof entry === 'string'
        ? { server: entry }
        : readKeys(entry, at, { server: true, from: true, until: true });
    const place = typeof entry === 'string' ? at : `${at}.server`;
    checkText(given.server, place);
    const server = servers.find((row) => row.id === given.server);
    const holders = servers.filter((row) => row.role === 'holder').map((row) => row.id);
    if (server === undefined || server.role !== 'holder')
      throw new SelfInfoError('unknown_server', { path: place, expected: oneOf(holders) });
    const from = dayAt(given.from, `${at}.from`);
    const until = dayAt(given.until, `${at}.until`);
    if (from !== null && until !== null && until <= from)
      throw new SelfInfoError('range_reversed', { path: `${at}.until` });
    return { detail, server: server.id, row: null, from, until };
  });
  refuseTwice(
    holdings.map(({ server }) => server),
    path,
  );
  return holdings;
}

/** Reads the option `items` of an extension. */
export function readItems(
  value: unknown,
  path: string,
  known: { readonly details: readonly CatalogDetail[] },
): CatalogItem[] {
  const rows = listAt(value, path, MAX_ROWS).map((row, index) =>
    readItem(row, `${path}[${index}]`, known.details),
  );
  refuseTwice(
    rows.map(({ code }) => code),
    path,
    'code',
  );
  return rows;
}

function readItem(value: unknown, path: string, known: readonly CatalogDetail[]): CatalogItem {
  const ids = known.map(({ id }) => id);
  const given = readKeys(value, path, {
    code: true,
    ja: true,
    en: true,
    details: true,
    source: true,
    redefines: true,
  });
  const code = checkItemCode(given.code, `${path}.code`);
  checkRedefines(
    given.redefines,
    publishedCatalog.items.some((item) => item.code === code),
    path,
  );
  const ja = textAt(given.ja, `${path}.ja`);
  const list = nonEmptyList(given.details, `${path}.details`, MAX_HOLDERS);
  const details = list.map((detail, index) => {
    const at = `${path}.details[${index}]`;
    checkText(detail, at);
    if (!ids.includes(detail))
      throw new SelfInfoError('unknown_detail', { path: at, expected: oneOf(ids) });
    return detail;
  });
  refuseTwice(details, `${path}.details`);
  const [first] = known.filter(({ id }) => id === details[0]);
  const en = given.en === undefined ? (first?.en ?? ja) : textAt(given.en, `${path}.en`);
  return {
    code,
    name: { ja, en },
    details,
    confidence: { code: 'caller', details: 'caller' },
    source: sourceAt(given.source, `${path}.source`),
  };
}

function checkRedefines(value: unknown, published: boolean, path: string): void {
  if (value !== undefined && value !== true)
    throw invalidOption(`${path}.redefines`, {
      en: 'It must be true.',
      ja: 'true を指定してください。',
    });
  if (published && value === undefined)
    throw invalidOption(path, {
      en: 'A published row has this id. Set redefines: true to replace it, or use another id.',
      ja: '公表された行と同じ id です。置き換えるには redefines: true を指定し、そうでなければ別の id を指定してください。',
    });
  if (!published && value === true)
    throw invalidOption(`${path}.redefines`, {
      en: 'No published row has this id.',
      ja: 'この id の公表された行はありません。',
    });
}

function idAt(value: unknown, path: string): string {
  checkText(value, path);
  if (value.length > MAX_ID || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value))
    throw invalidOption(path, {
      en: `It must be lower-case words joined by hyphens, at most ${MAX_ID} characters.`,
      ja: `小文字の英数字をハイフンでつないだ${MAX_ID}文字以内の文字列を指定してください。`,
    });
  if (RESERVED.includes(value)) throw taken(path);
  return value;
}

function taken(path: string): SelfInfoError {
  return invalidOption(path, {
    en: 'This id is already taken. Choose another one.',
    ja: 'この id はすでに使われています。別の id を指定してください。',
  });
}

function nameAt(value: unknown, path: string): CatalogName {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  const { ja, en } = readKeys(value, path, NAME);
  return { ja: textAt(ja, `${path}.ja`), en: textAt(en, `${path}.en`) };
}

/** Reads a name. It stands on pages, in feeds and on terminals, so it has one plain line. */
function textAt(value: unknown, path: string): string {
  checkText(value, path);
  if (value.length > MAX_NAME || /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(value))
    throw invalidOption(path, {
      en: `It must be one line of at most ${MAX_NAME} characters.`,
      ja: `改行や制御文字のない${MAX_NAME}文字以内の文字列を指定してください。`,
    });
  return value;
}

function sourceAt(value: unknown, path: string): string | null {
  return value === undefined ? null : textAt(value, path);
}

function dayAt(value: unknown, path: string): string | null {
  if (value === undefined) return null;
  parseDay(value as string, path);
  return value as string;
}

function listAt(value: unknown, path: string, max: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${path} must be an array.`);
  if (value.length > max)
    throw invalidOption(path, {
      en: `At most ${max} entries.`,
      ja: `${max} 件以内で指定してください。`,
    });
  return Array.from(value);
}

function nonEmptyList(value: unknown, path: string, max: number): readonly unknown[] {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  const list = listAt(value, path, max);
  if (list.length === 0)
    throw invalidOption(path, {
      en: 'At least one entry is required.',
      ja: '1つ以上指定してください。',
    });
  return list;
}

function refuseTwice(keys: readonly string[], path: string, field?: string): void {
  const index = keys.findIndex((key, at) => keys.indexOf(key) < at);
  if (index < 0) return;
  throw invalidOption(`${path}[${index}]${field === undefined ? '' : `.${field}`}`, {
    en: 'It is listed twice.',
    ja: '同じ値が2回指定されています。',
  });
}

function oneOf(ids: readonly string[]): Expected {
  return { en: `Known: ${ids.join(', ')}.`, ja: `指定できるのは ${ids.join('、')} です。` };
}
