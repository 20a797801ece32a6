import { isSelfInfoError } from '../../foundation/errors.js';
import { dayNumber, formatDay } from '../../foundation/time.js';
import type { WireProfile } from '../../wire/profile.js';
import {
  type Attempt,
  type Grant,
  LONGEST_RANGE_YEARS,
  RESULT_LIFE_MS,
  randomId,
  type World,
} from '../context.js';
import type { Client, Item } from '../registrations.js';
import { type Asked, type Days, settleAnswer } from './answers.js';
import { readJson } from './bodies.js';
import { Refusal } from './refusals.js';

/** The request for self-information and the polls for its result. */
export function createInquiries(world: World) {
  const { clock, tokens, profile } = world;
  const { fields, processStatuses } = profile;

  function authorize(request: Request, attempt: Attempt): Grant {
    const header = request.headers.get('authorization');
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw new Refusal('token_required');
    const grant = tokens.get(token);
    if (grant === undefined) throw new Refusal('token_unknown');
    attempt.clientId = grant.client.clientId;
    if (grant.thumbprint !== attempt.thumbprint) throw new Refusal('token_certificate_mismatch');
    return grant;
  }

  /** One consent pays for one request; a refused one does not count. */
  async function submit(request: Request, attempt: Attempt): Promise<Response> {
    const grant = authorize(request, attempt);
    const asked = readInquiries(await readJson(request), grant.client, profile);
    if (grant.process !== undefined) throw new Refusal('consent_used');
    grant.process = {
      id: randomId(),
      expiresAt: clock.now() + RESULT_LIFE_MS,
      answer: settle(grant, asked),
      pendingPolls: grant.persona.pendingPolls ?? 1,
    };
    return answer({ [fields.processId.value]: grant.process.id });
  }

  function settle(grant: Grant, asked: readonly Asked[]): unknown {
    try {
      return settleAnswer(asked, grant.persona, world.calendar, clock.now(), profile);
    } catch (error) {
      if (isSelfInfoError(error, 'outside_calendar')) throw new Refusal('clock_outside_calendar');
      throw error;
    }
  }

  /** Running first, then done; a done result can be fetched again until it expires. */
  async function collect(request: Request, attempt: Attempt): Promise<Response> {
    const { process } = authorize(request, attempt);
    const body = objectAt(await readJson(request), 'body', [fields.processId.value]);
    const id = body[fields.processId.value];
    if (typeof id !== 'string') throw new Refusal('body_shape', `body.${fields.processId.value}`);
    if (process === undefined || process.id !== id) throw new Refusal('process_unknown');
    if (clock.now() >= process.expiresAt) throw new Refusal('result_expired');
    if (process.pendingPolls > 0) {
      process.pendingPolls--;
      return answer(
        {
          [fields.processId.value]: id,
          [fields.processStatus.value]: processStatuses.running.value,
        },
        { 'retry-after': '1' },
      );
    }
    return answer({
      [fields.processId.value]: id,
      [fields.processStatus.value]: processStatuses.done.value,
      [fields.selfPersonalData.value]: process.answer,
    });
  }

  return { submit, collect };
}

function answer(body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { headers: { 'cache-control': 'no-store', ...headers } });
}

/** What a request asks, checked against what the client registered. */
export function readInquiries(
  value: unknown,
  client: Client,
  profile: WireProfile,
): readonly Asked[] {
  const { fields } = profile;
  const list = objectAt(value, 'body', [fields.items.value])[fields.items.value];
  const path = `body.${fields.items.value}`;
  if (!Array.isArray(list) || list.length === 0) throw new Refusal('body_shape', path);
  const asked: Asked[] = [];
  for (const [index, entry] of list.entries()) {
    const inquiry = readInquiry(entry, `${path}[${index}]`, client, profile);
    if (asked.some((other) => other.item === inquiry.item))
      throw new Refusal('item_doubled', `${path}[${index}]`);
    asked.push(inquiry);
  }
  return asked;
}

function readInquiry(
  value: unknown,
  path: string,
  client: Client,
  { fields, methods }: WireProfile,
): Asked {
  const names = {
    code: fields.itemCode.value,
    method: fields.method.value,
    at: fields.at.value,
    from: fields.from.value,
    to: fields.to.value,
  };
  const entry = objectAt(value, path, Object.values(names));
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
  objectAt(entry, path, [names.code, names.method, ...own]);
  return { item, days: readDays(item, own, entry, path) };
}

function readDays(
  item: Item,
  names: readonly string[],
  entry: Readonly<Record<string, unknown>>,
  path: string,
): Asked['days'] {
  const [first, last] = names.map((name) => readDay(entry[name], `${path}.${name}`));
  // `latest` can only be asked for where latestBy is registered.
  if (first === undefined) return { latestBy: item.latestBy ?? '' };
  if (last === undefined) return first;
  if ((first.first === first.last) !== (last.first === last.last))
    throw new Refusal('date_kinds_mixed', path);
  if (last.last < first.first) throw new Refusal('range_reversed', path);
  // Compared as text: the day so many years later need not exist.
  const limit = `${Number(first.first.slice(0, 4)) + LONGEST_RANGE_YEARS}${first.first.slice(4)}`;
  if (last.last >= limit) throw new Refusal('range_too_long', path, String(LONGEST_RANGE_YEARS));
  return { first: first.first, last: last.last };
}

/** `YYYYMMDD` is one day, `YYYY` the days of a fiscal year. */
function readDay(value: unknown, path: string): Days {
  const [, year = '', month, day] =
    (typeof value === 'string' && /^((?:19|2\d)\d{2})(?:(\d{2})(\d{2}))?$/.exec(value)) || [];
  if (year !== '' && month === undefined)
    return { first: `${year}-04-01`, last: `${Number(year) + 1}-03-31` };
  const text = `${year}-${month}-${day}`;
  // A day that does not exist reads back as another one.
  if (year === '' || formatDay(dayNumber(Number(year), Number(month), Number(day))) !== text)
    throw new Refusal('date_invalid', path);
  return { first: text, last: text };
}

function objectAt(
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
