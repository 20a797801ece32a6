import type { Rule } from './rules.js';

interface HoursRow {
  readonly server: string;
  /** First JST day of the row. It holds until the next row of the same server. */
  readonly from: string;
  /** Empty for a server that runs 24 hours every day. */
  readonly rules: readonly Rule[];
}

/** The operating hours of a server from a day on, by one row of the guideline's tables. */
export interface GuidelineRow extends HoursRow {
  readonly guideline: 'v2.2';
  readonly table: '2.5-1' | '2.5-2' | '2.5-3' | '2.5-4';
  readonly row: number;
}

/** The operating hours of a server from a day on, by the option `servers` or a catalogue. */
export interface HostRow extends HoursRow {
  /** The source of the row, as the caller named it. */
  readonly source: string | null;
}

const asStated = { ja: '表の記載どおり。', en: 'As the table says.' } as const;
const v22 = { from: '2023-06-30', guideline: 'v2.2' } as const;

const thirdWeekend = {
  id: 'third-weekend',
  kind: 'planned-outage',
  on: 'third-saturdays',
  fromHour: 0,
  toHour: 48,
  state: 'uncertain',
  certainty: 'hours-not-stated',
  reading: true,
  note: {
    ja: '「第3土日」を第3土曜日とその翌日の日曜日と解釈。時間帯の記載がないため、土曜0時から月曜0時までを不確定とする（解釈）。',
    en: 'Our reading: the weekend is the third Saturday and the Sunday right after it. No hours are stated, so all of [Sat 00:00, Mon 00:00) is uncertain.',
  },
  text: {
    ja: '原則として第3土日に計画停止しますが、停止する時間帯は公表されていません',
    en: 'planned outage, in principle on the third weekend, at hours that are not published',
  },
} as const satisfies Rule;

/** Formats an hour as `8時` or `8時30分`. */
const timeJa = (hour: number) =>
  `${Math.floor(hour)}時${hour % 1 === 0 ? '' : `${(hour % 1) * 60}分`}`;
const timeEn = (hour: number) => `${Math.floor(hour)}:${String((hour % 1) * 60).padStart(2, '0')}`;

/** Returns the rule of a server that runs every day between two hours. */
export const daily = (from: number, to: number) =>
  ({
    id: 'daily-hours',
    kind: 'hours',
    on: 'every-day',
    fromHour: from,
    toHour: to,
    state: 'closed',
    certainty: 'stated',
    reading: false,
    note: asStated,
    text: {
      ja: `運用時間外です（運用時間: 毎日${timeJa(from)}〜${timeJa(to)}）`,
      en: `outside its operating hours, ${timeEn(from)} to ${timeEn(to)} every day`,
    },
  }) as const satisfies Rule;

const businessDaysNote = {
  ja: '「土日祝日」の祝日に振替休日と国民の休日を含め、12月29〜31日と1月2〜3日は祝日でない限り平日と解釈。',
  en: "Our reading: substitute and citizens' holidays count as holidays; Dec 29-31 and Jan 2-3 are business days unless they are holidays.",
} as const;

/** Returns the rule of a server that runs on business days between two hours. */
export const businessDays = (from: number, to: number) =>
  ({
    id: 'business-day-hours',
    kind: 'hours',
    on: 'business-days',
    fromHour: from,
    toHour: to,
    state: 'closed',
    certainty: 'stated',
    reading: true,
    note: businessDaysNote,
    text: {
      ja: `運用時間外です（運用時間: 平日${timeJa(from)}〜${timeJa(to)}）`,
      en: `outside its operating hours, ${timeEn(from)} to ${timeEn(to)} except weekends and holidays`,
    },
  }) as const satisfies Rule;

/** The rule of a server whose hours are not published: it is not known to run at any hour. */
export const unknownHours = {
  id: 'hours-unknown',
  kind: 'hours',
  on: 'every-day',
  fromHour: 0,
  toHour: 0,
  state: 'uncertain',
  certainty: 'hours-unknown',
  reading: false,
  note: { ja: '', en: '' },
  text: { ja: '運用時間が公表されていません', en: 'operating hours not published' },
} as const satisfies Rule;

/** The rows of tables 2.5-1 to 2.5-4 of guideline v2.2. A later revision adds rows. */
export const hours = [
  { ...v22, server: 'mynaportal', table: '2.5-1', row: 1, rules: [] },
  {
    ...v22,
    server: 'information-provision-network',
    table: '2.5-2',
    row: 1,
    rules: [thirdWeekend],
  },
  {
    ...v22,
    server: 'juki-net',
    table: '2.5-3',
    row: 1,
    rules: [
      {
        id: 'third-weekend',
        kind: 'planned-outage',
        on: 'third-saturdays',
        fromHour: 22,
        toHour: 24 + 8,
        state: 'closed',
        certainty: 'stated',
        reading: true,
        note: {
          ja: '「第3土日」を第3土曜日とその翌日の日曜日と解釈（停止が土曜の夜から日曜の朝まで続くため）。時間帯は表の記載どおり。',
          en: 'Our reading: the weekend is the third Saturday and the Sunday right after it, because the outage runs from one into the other. Hours as stated.',
        },
        text: {
          ja: '原則として毎月第3土曜22時から翌日曜8時まで計画停止します',
          en: 'planned outage, in principle from 22:00 on the third Saturday of each month to 8:00 on the Sunday after it',
        },
      },
      {
        id: 'year-end',
        kind: 'planned-outage',
        on: 'december-28ths',
        fromHour: 21,
        toHour: 7 * 24 + 8,
        state: 'closed',
        certainty: 'stated',
        reading: false,
        note: asStated,
        text: {
          ja: '年末年始（12月28日21時から1月4日8時まで）は原則として計画停止します',
          en: 'planned outage over the New Year, in principle from 21:00 on 28 December to 8:00 on 4 January',
        },
      },
    ],
  },
  { ...v22, server: 'municipal', table: '2.5-4', row: 1, rules: [thirdWeekend] },
  {
    ...v22,
    server: 'local-employee-accident-fund',
    table: '2.5-4',
    row: 2,
    rules: [
      daily(8, 21),
      {
        id: 'june-december-weekend',
        kind: 'planned-outage',
        on: 'june-and-december-saturdays',
        fromHour: 0,
        toHour: 48,
        state: 'uncertain',
        certainty: 'week-not-stated',
        reading: true,
        note: {
          ja: 'どの週かの記載がないため、土曜日が6月または12月に入る土日すべてを、土曜0時から月曜0時まで不確定とする（解釈）。',
          en: 'Our reading: the week is not stated, so every weekend whose Saturday falls in June or December is uncertain, [Sat 00:00, Mon 00:00).',
        },
        text: {
          ja: '原則として6月と12月のいずれかの土日に計画停止しますが、どの週かは公表されていません',
          en: 'planned outage, in principle on one weekend of June and one of December; which one is not published',
        },
      },
    ],
  },
  { ...v22, server: 'employment-security', table: '2.5-4', row: 3, rules: [daily(7, 22)] },
  {
    ...v22,
    server: 'medical-insurers',
    table: '2.5-4',
    row: 4,
    rules: [
      {
        ...businessDays(8, 21),
        note: {
          ja: `${businessDaysNote.ja}オンライン資格確認等用の部分は毎日3〜6時に停止するが、運用時間外のため結果に影響しないと解釈（その部分はそれ以外の時間に終日稼働する、とも読める）。`,
          en: `${businessDaysNote.en} Its online-eligibility part stops daily from 3:00 to 6:00: outside these hours, so it changes no answer (the remark may mean that this part runs round the clock otherwise).`,
        },
      },
    ],
  },
  {
    ...v22,
    server: 'local-officials-mutual-aid',
    table: '2.5-4',
    row: 5,
    rules: [businessDays(8, 21)],
  },
  {
    ...v22,
    server: 'national-officials-mutual-aid',
    table: '2.5-4',
    row: 6,
    rules: [
      businessDays(8, 21),
      {
        id: 'second-friday-night',
        kind: 'planned-outage',
        on: 'second-fridays',
        fromHour: 18,
        toHour: 24 + 6,
        state: 'uncertain',
        certainty: 'hours-not-stated',
        reading: true,
        note: {
          ja: '時間帯の記載がないため、「夜間」を気象庁の用語に倣い18時から翌6時までと解釈し、その間を不確定とする。',
          en: 'Our reading: no hours are stated; "night" is taken as the weather agency uses it, 18:00 to 6:00, and is uncertain.',
        },
        text: {
          ja: '原則として第2金曜日の夜間に計画停止しますが、停止する時間帯は公表されていません',
          en: 'planned outage, in principle on the night of the second Friday, at hours that are not published',
        },
      },
    ],
  },
  {
    ...v22,
    server: 'private-school-mutual-aid',
    table: '2.5-4',
    row: 7,
    rules: [
      businessDays(8, 21),
      {
        id: 'last-saturday',
        kind: 'planned-outage',
        on: 'last-saturdays',
        fromHour: 0,
        toHour: 24,
        state: 'uncertain',
        certainty: 'hours-not-stated',
        reading: true,
        note: {
          ja: '時間帯の記載がないため、最終土曜日の終日を不確定とする（解釈）。土曜日はもともと運用日ではない。',
          en: 'Our reading: no hours are stated, so all of the last Saturday is uncertain. On Saturdays this server does not run anyway.',
        },
        text: {
          ja: '原則として最終土曜日に計画停止しますが、停止する時間帯は公表されていません',
          en: 'planned outage, in principle on the last Saturday, at hours that are not published',
        },
      },
    ],
  },
  { ...v22, server: 'labour-standards', table: '2.5-4', row: 8, rules: [businessDays(8, 21)] },
  { ...v22, server: 'pension-service', table: '2.5-4', row: 9, rules: [businessDays(8, 23)] },
  { ...v22, server: 'account-registry', table: '2.5-4', row: 10, rules: [] },
] as const satisfies readonly GuidelineRow[];
