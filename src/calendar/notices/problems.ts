import type { Text } from '../rules.js';

/** The reasons why a passage was not understood, in both languages. */
export const problemTexts = {
  unreadable_date: {
    ja: '日付または時刻として読み取れない部分があります。',
    en: 'Something looks like a date or an hour but cannot be read as one.',
  },
  weekday_mismatch: { ja: '曜日が日付と一致しません。', en: 'The weekday contradicts the date.' },
  year_unclear: {
    ja: '年の記載がなく、どの年か判断できません。',
    en: 'The year is missing and cannot be derived.',
  },
  date_missing: {
    ja: '時刻に対する日付（月日）がありません。',
    en: 'An hour has no day and month.',
  },
  hours_missing: {
    ja: '日付はありますが、時間帯がありません。',
    en: 'A day has no hours.',
  },
  hours_unclear: {
    ja: '日付と時刻の対応を判断できません。',
    en: 'It is not clear which hours belong to which day.',
  },
  start_missing: { ja: '停止の開始がありません。', en: 'The start of the outage is missing.' },
  end_missing: { ja: '停止の終了がありません。', en: 'The end of the outage is missing.' },
  end_before_start: {
    ja: '終了が開始と同じか、開始より前です。',
    en: 'The end is not after the start.',
  },
  implausible_period: {
    ja: '期間が31日を超えるか、公表日から3年以上離れています。',
    en: 'The period is longer than 31 days, or three years or more from the day of publication.',
  },
  recurring: {
    ja: '毎月、毎日などの繰り返しの期間です。',
    en: 'The period recurs, e.g. every month or every day.',
  },
  stray_date: {
    ja: 'どの停止期間にも属さない日付または時刻です。',
    en: 'A date or an hour belongs to no period.',
  },
  not_an_outage: {
    ja: '停止しない、または停止ではない期間のようです。',
    en: 'It seems to say that nothing stops, or to be about another kind of period.',
  },
  called_off: {
    ja: '停止の中止、延期または変更のお知らせです。以前に取り込んだお知らせがあれば見直してください。',
    en: 'An outage is called off, postponed or changed. Review the announcements that you added before.',
  },
  unknown_system: {
    ja: 'ガイドラインの表にないシステム、または特定できないシステムの名前です。',
    en: 'It names a system that is in no table of the guideline, or that cannot be identified.',
  },
  outside_catalog: {
    ja: 'カタログにない情報だけの停止です。お知らせには含めていません。',
    en: 'Only data outside the catalogue stops. There is no announcement for it.',
  },
  scope_unknown: {
    ja: '停止の範囲を読み取れません。停止とはせず、不確定としています。',
    en: 'The scope of the stop cannot be read. It counts as uncertain, not as closed.',
  },
  reserve_day: {
    ja: '予備日または候補日です。停止とはしていません。',
    en: 'A reserve day or an alternative day. It is not counted as a stop.',
  },
  target_unclear: {
    ja: '停止かどうか、またはどのシステムの停止か判断できません。',
    en: 'It is not clear whether something stops, or which system.',
  },
  extension_unclear: {
    ja: '延長について書かれていますが、どの停止がいつまで延びるか判断できません。',
    en: 'It mentions an extension, but not clearly of which outage or until when.',
  },
  period_missing: {
    ja: '停止について書かれていますが、期間が見当たりません。',
    en: 'It mentions an outage without a period.',
  },
  too_long: { ja: '1行が長すぎるため読み取っていません。', en: 'The line is too long to parse.' },
} as const satisfies Record<string, Text>;

/** Stable code of the reason why a passage was not understood. */
export type NoticeProblem = keyof typeof problemTexts;
