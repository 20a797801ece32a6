import type { Catalog } from '../catalog/catalog.js';
import { isServerId } from '../catalog/lookup.js';
import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { parseDay } from '../foundation/time.js';
import { businessDays, daily, type HostRow, unknownHours } from './hours.js';
import { type DayPattern, isDayPattern, type Rule, type Text } from './rules.js';

/**
 * The hours in which a server runs: always, or between two hours of each named day. Quarter hours
 * are allowed.
 *
 * @example
 * ```ts
 * import type { OperatingHours } from 'myna-selfinfo/calendar';
 * const hours: OperatingHours = { on: 'business-days', fromHour: 8, toHour: 21.5 }; // to 21:30
 * ```
 */
export type OperatingHours =
  | 'always'
  | {
      readonly on: 'every-day' | 'business-days';
      readonly fromHour: number;
      readonly toHour: number;
    };

/**
 * A recurring planned outage (計画停止): the days on which it starts, and two hours counted from the
 * start of such a day.
 */
export interface PlannedOutage {
  /** Hyphenated id, unique in its row. It is the `rule` of the causes. */
  readonly id: string;
  readonly on: DayPattern;
  readonly fromHour: number;
  /** Above 24 for the following days; at most 336, which is two weeks. */
  readonly toHour: number;
  /** `uncertain` if its hours are unknown. */
  readonly state: 'uncertain' | 'closed';
  /** Text for people, after the server's name, without a full stop. Default: a planned outage. */
  readonly text?: Text;
}

/**
 * A server's row that replaces the guideline's from a day on. Plain JSON is accepted.
 *
 * @example
 * ```ts
 * import { createCalendar, type ServerRow } from 'myna-selfinfo/calendar';
 * const row: ServerRow = {
 *   from: '2026-10-01',
 *   hours: { on: 'every-day', fromHour: 8, toHour: 21 },
 *   outages: [
 *     { id: 'second-sunday', on: 'second-sundays', fromHour: 0, toHour: 24, state: 'closed' },
 *   ],
 *   source: 'お知らせ 2026-09-10',
 * };
 * const calendar = createCalendar({ servers: { 'pension-service': row } });
 * calendar.isOpen('pension@pension-service', '2026-10-03T12:00+09:00'); // true, on a Saturday
 * ```
 */
export interface ServerRow {
  /** First JST day of the row, `YYYY-MM-DD`. Until then the guideline's row holds; a server added by
   * `extendCatalog` has unknown hours. */
  readonly from: string;
  readonly hours: OperatingHours;
  /** Default: none, so that the guideline's outages end as well. */
  readonly outages?: readonly PlannedOutage[];
  /** Where the row comes from. It is named in the causes. */
  readonly source?: string;
}

const MAX_ROWS = 100;
const MAX_OUTAGES = 100;
const MAX_HOUR = 336;
const TAKEN_IDS: readonly string[] = [
  daily(0, 24).id,
  businessDays(0, 24).id,
  unknownHours.id,
  'announcement',
  'depends-on-holder',
];

/**
 * Checks the option `servers`.
 *
 * @throws SelfInfoError `unknown_server`, `unknown_option`, `missing_option`, `invalid_option`,
 * `invalid_date`; TypeError.
 */
export function checkServerRows(
  value: unknown,
  path: string,
  catalog: Catalog,
): Map<string, readonly HostRow[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an object.`);
  return new Map(
    Object.entries(value).map(([server, given]: [string, unknown]) => {
      const at = `${path}.${server.slice(0, 60)}`;
      if (!isServerId(server, catalog)) throw new SelfInfoError('unknown_server', { path: at });
      return [
        server,
        Array.isArray(given) ? checkRows(server, given, at) : [checkRow(server, given, at)],
      ];
    }),
  );
}

function checkRows(server: string, list: readonly unknown[], path: string): readonly HostRow[] {
  if (list.length > MAX_ROWS)
    throw invalidOption(path, {
      en: `At most ${MAX_ROWS} rows.`,
      ja: `${MAX_ROWS} 行以内で指定してください。`,
    });
  const rows = Array.from(list, (row, index) => checkRow(server, row, `${path}[${index}]`));
  for (const [index, row] of rows.entries()) {
    if (rows.findIndex((other) => other.from === row.from) < index) {
      throw invalidOption(`${path}[${index}].from`, {
        en: 'Another row starts on this day.',
        ja: '同じ日から始まる行があります。',
      });
    }
  }
  return rows.sort((a, b) => (a.from < b.from ? -1 : 1));
}

function checkRow(server: string, value: unknown, path: string): HostRow {
  const given = readKeys(value, path, {
    from: true,
    hours: true,
    outages: true,
    source: true,
  } satisfies Record<keyof ServerRow, true>);
  const { from, hours, outages = [], source } = given;
  checkText(from, `${path}.from`);
  parseDay(from, `${path}.from`);
  if (!Array.isArray(outages)) throw new TypeError(`${path}.outages must be an array.`);
  if (outages.length > MAX_OUTAGES)
    throw invalidOption(`${path}.outages`, {
      en: `At most ${MAX_OUTAGES} outages.`,
      ja: `計画停止は ${MAX_OUTAGES} 件以内で指定してください。`,
    });
  const planned = Array.from(outages, (outage: unknown, index) =>
    checkOutage(outage, `${path}.outages[${index}]`),
  );
  for (const [index, { id }] of planned.entries()) {
    if (TAKEN_IDS.includes(id) || planned.findIndex((other) => other.id === id) < index) {
      throw invalidOption(`${path}.outages[${index}].id`, {
        en: 'This id is already taken. Choose another one.',
        ja: 'この id はすでに使われています。別の id を指定してください。',
      });
    }
  }
  if (source !== undefined) checkText(source, `${path}.source`);
  return {
    server,
    from,
    rules: [...checkHours(hours, `${path}.hours`), ...planned],
    source: source ?? null,
  };
}

function checkHours(value: unknown, path: string): Rule[] {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (value === 'always') return [];
  if (typeof value === 'string')
    throw invalidOption(path, {
      en: 'It must be always or { on, fromHour, toHour }.',
      ja: 'always か { on, fromHour, toHour } を指定してください。',
    });
  const given = readKeys(value, path, {
    on: true,
    fromHour: true,
    toHour: true,
  } satisfies Record<keyof Exclude<OperatingHours, string>, true>);
  checkText(given.on, `${path}.on`);
  if (given.on !== 'every-day' && given.on !== 'business-days') {
    throw invalidOption(`${path}.on`, {
      en: 'It must be every-day or business-days.',
      ja: 'every-day か business-days を指定してください。',
    });
  }
  const [from, to] = checkHourPair(given, path, 24);
  return [given.on === 'every-day' ? daily(from, to) : businessDays(from, to)];
}

function checkOutage(value: unknown, path: string): Rule {
  const given = readKeys(value, path, {
    id: true,
    on: true,
    fromHour: true,
    toHour: true,
    state: true,
    text: true,
  } satisfies Record<keyof PlannedOutage, true>);
  const { id, on, state, text } = given;
  checkText(id, `${path}.id`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id) || id.length > 60) {
    throw invalidOption(`${path}.id`, {
      en: 'It must be lower-case words joined by hyphens, at most 60 characters.',
      ja: '小文字の英数字をハイフンでつないだ60文字以内の文字列を指定してください。',
    });
  }
  checkText(on, `${path}.on`);
  if (!isDayPattern(on)) {
    throw invalidOption(`${path}.on`, {
      en: 'It must be a pattern of days, e.g. third-saturdays.',
      ja: 'third-saturdays などの形式で日を指定してください。',
    });
  }
  const [fromHour, toHour] = checkHourPair(given, path, MAX_HOUR);
  checkText(state, `${path}.state`);
  if (state !== 'uncertain' && state !== 'closed')
    throw invalidOption(`${path}.state`, {
      en: 'It must be uncertain or closed.',
      ja: 'uncertain か closed を指定してください。',
    });
  const certain = state === 'closed';
  return {
    id,
    kind: 'planned-outage',
    on,
    fromHour,
    toHour,
    state,
    certainty: certain ? 'stated' : 'hours-not-stated',
    reading: false,
    note: { ja: '', en: '' },
    text: text === undefined ? defaultText[state] : checkTexts(text, `${path}.text`),
  };
}

const defaultText = {
  closed: { ja: '計画停止します', en: 'planned outage' },
  uncertain: {
    ja: '計画停止しますが、停止する時間帯は確定していません',
    en: 'planned outage at hours that are not known',
  },
} as const satisfies Record<PlannedOutage['state'], Text>;

function checkTexts(value: unknown, path: string): Text {
  const given = readKeys(value, path, { ja: true, en: true } satisfies Record<keyof Text, true>);
  const { ja, en } = given;
  checkText(ja, `${path}.ja`);
  checkText(en, `${path}.en`);
  return { ja, en };
}

function checkHourPair(
  value: Readonly<Record<string, unknown>>,
  path: string,
  max: number,
): [number, number] {
  const [from, to] = ['fromHour', 'toHour'].map((name) => {
    const hour = value[name];
    if (hour === undefined) throw new SelfInfoError('missing_option', { path: `${path}.${name}` });
    if (typeof hour !== 'number') throw new TypeError(`${path}.${name} must be a number.`);
    // Quarters are exact in binary. NaN and infinities are not integers.
    if (!Number.isInteger(hour * 4) || hour < 0 || hour > max) {
      throw invalidOption(`${path}.${name}`, {
        en: `It must be a number of hours from 0 to ${max}, in steps of 0.25.`,
        ja: `0 以上 ${max} 以下の時間数を15分（0.25）単位で指定してください。`,
      });
    }
    return hour;
  }) as [number, number];
  if (to <= from)
    throw invalidOption(`${path}.toHour`, {
      en: 'It must be greater than fromHour.',
      ja: 'fromHour より大きい値を指定してください。',
    });
  return [from, to];
}
