import type { Text } from '../rules.js';

/** What a passage that was not understood may suffer from, in both languages. */
export const problemTexts = {
  unreadable_date: {
    ja: '日付または時刻として読み取れない部分があります。',
    en: 'Something in it looks like a date or an hour and cannot be read as one.',
  },
  weekday_mismatch: { ja: '曜日が日付と一致しません。', en: 'The weekday contradicts the date.' },
  year_unclear: {
    ja: '年の記載がなく、どの年か判断できません。',
    en: 'The year is left out, and which one is meant cannot be told.',
  },
  date_missing: {
    ja: '時刻に対する日付（月日）がありません。',
    en: 'It has an hour without the day and month it belongs to.',
  },
  hours_missing: {
    ja: '日付はありますが、時間帯がありません。',
    en: 'It has a day without hours.',
  },
  hours_unclear: {
    ja: '日付と時刻の対応が判断できません。',
    en: 'Which hours belong to which day cannot be told.',
  },
  start_missing: { ja: '停止の開始がありません。', en: 'The start of the outage is missing.' },
  end_missing: { ja: '停止の終了がありません。', en: 'The end of the outage is missing.' },
  end_before_start: {
    ja: '終了が開始より後ではありません。',
    en: 'The end does not lie after the start.',
  },
  implausible_period: {
    ja: '期間が31日より長いか、公表日から3年以上離れています。',
    en: 'The period lasts more than 31 days, or lies three years or more from the day of publication.',
  },
  recurring: {
    ja: '毎月・毎日など繰り返す期間です。',
    en: 'It speaks of a period that comes again.',
  },
  stray_date: {
    ja: 'どの停止期間にも属さない日付または時刻です。',
    en: 'A date or hour that belongs to no period.',
  },
  not_an_outage: {
    ja: '停止しない、または停止ではない期間のようです。',
    en: 'It seems to say that nothing stops, or to be about another kind of period.',
  },
  called_off: {
    ja: '停止の中止、延期または変更のお知らせです。以前に取り込んだお知らせがあれば見直してください。',
    en: 'An outage is called off, postponed or changed: review what was announced before.',
  },
  unknown_system: {
    ja: 'ガイドラインの表にないシステム、または特定できないシステムの名前です。',
    en: 'It names a system that no table lists, or not clearly which.',
  },
  target_unclear: {
    ja: 'どのシステムの停止か判断できません。',
    en: 'Which system stops cannot be told.',
  },
  extension_unclear: {
    ja: '延長について書かれていますが、どの停止がいつまで延びるか判断できません。',
    en: 'It speaks of an extension; of which outage, or until when, is not clear.',
  },
  period_missing: {
    ja: '停止について書かれていますが、期間が見当たりません。',
    en: 'It speaks of an outage; when is not said here.',
  },
  too_long: { ja: '1行が長すぎるため読み取っていません。', en: 'The line is too long to be read.' },
} as const satisfies Record<string, Text>;

/** The stable code of why a passage was not understood. */
export type NoticeProblem = keyof typeof problemTexts;
