import { dayNumber, formatDay } from '../../foundation/time.js';
import type { WireProfile } from '../../wire/profile.js';
import type { Client, ClientItem } from '../registrations.js';
import type { DayRange, ItemInquiry } from './answers.js';
import { Refusal } from './refusals.js';

/** The most years that a range may span: an assumption, since nothing about it is public. */
const LONGEST_RANGE_YEARS = 20;

/** Parses the inquiries of a request and checks them against the registration. */
export function parseInquiries(
  value: unknown,
  client: Client,
  profile: WireProfile,
): readonly ItemInquiry[] {
  const { fields } = profile;
  const list = parseObject(value, 'body', [fields.items.value])[fields.items.value];
  const path = `body.${fields.items.value}`;
  if (!Array.isArray(list) || list.length === 0) throw new Refusal('body_shape', path);
  const inquiries: ItemInquiry[] = [];
  for (const [index, entry] of list.entries()) {
    const inquiry = parseInquiry(entry, `${path}[${index}]`, client, profile);
    if (inquiries.some((other) => other.item === inquiry.item))
      throw new Refusal('item_doubled', `${path}[${index}]`);
    inquiries.push(inquiry);
  }
  return inquiries;
}

function parseInquiry(
  value: unknown,
  path: string,
  client: Client,
  { fields, methods }: WireProfile,
): ItemInquiry {
  const names = {
    code: fields.itemCode.value,
    method: fields.method.value,
    at: fields.at.value,
    from: fields.from.value,
    to: fields.to.value,
  };
  const entry = parseObject(value, path, Object.values(names));
  const code = entry[names.code];
  if (typeof code !== 'string') throw new Refusal('body_shape', `${path}.${names.code}`);
  const item = client.items.get(code);
  if (item === undefined) throw new Refusal('item_not_registered', `${path}.${names.code}`);
  const method = item.methods.find(
    (registered) => methods[registered].value === entry[names.method],
  );
  if (method === undefined) {
    const known = Object.values(methods).some((name) => name.value === entry[names.method]);
    throw new Refusal(known ? 'inquiry_not_registered' : 'body_shape', `${path}.${names.method}`);
  }
  const own = method === 'latest' ? [] : method === 'range' ? [names.from, names.to] : [names.at];
  parseObject(entry, path, [names.code, names.method, ...own]);
  return { item, days: parseDays(item, own, entry, path) };
}

function parseDays(
  item: ClientItem,
  names: readonly string[],
  entry: Readonly<Record<string, unknown>>,
  path: string,
): ItemInquiry['days'] {
  const [first, last] = names.map((name) => parseDay(entry[name], `${path}.${name}`));
  // `latest` is only registered together with latestBy.
  if (first === undefined) return { latestBy: item.latestBy ?? '' };
  if (last === undefined) return first;
  if ((first.first === first.last) !== (last.first === last.last))
    throw new Refusal('date_kinds_mixed', path);
  if (last.last < first.first) throw new Refusal('range_reversed', path);
  // Compared as text, because the same day so many years later may not exist.
  const limit = `${Number(first.first.slice(0, 4)) + LONGEST_RANGE_YEARS}${first.first.slice(4)}`;
  if (last.last >= limit) throw new Refusal('range_too_long', path, String(LONGEST_RANGE_YEARS));
  return { first: first.first, last: last.last };
}

/** Parses `YYYYMMDD`, one day, or `YYYY`, the days of a fiscal year. */
function parseDay(value: unknown, path: string): DayRange {
  const [, year = '', month, day] =
    (typeof value === 'string' && /^((?:19|2\d)\d{2})(?:(\d{2})(\d{2}))?$/.exec(value)) || [];
  if (year !== '' && month === undefined)
    return { first: `${year}-04-01`, last: `${Number(year) + 1}-03-31` };
  const text = `${year}-${month}-${day}`;
  // A day that does not exist is formatted as another day.
  if (year === '' || formatDay(dayNumber(Number(year), Number(month), Number(day))) !== text)
    throw new Refusal('date_invalid', path);
  return { first: text, last: text };
}

/** Checks that a value is an object with known keys only. */
export function parseObject(
  value: unknown,
  path: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('body_shape', path);
  if (Object.keys(value).some((key) => !known.includes(key)))
    throw new Refusal('unknown_field', path);
  return value as Readonly<Record<string, unknown>>;
}
