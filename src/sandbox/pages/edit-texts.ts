import type { Language } from '../../foundation/language.js';
import type { AnswerKind, DraftProblem, FieldKind, Part } from '../personas/draft.js';

interface EditTexts {
  /** On the card page. */
  readonly hint: string;
  readonly open: string;
  readonly edited: string;
  readonly saved: (names: string) => string;
  /** On the page of the editor. */
  readonly title: (name: string) => string;
  readonly about: string;
  readonly answer: string;
  readonly answers: Readonly<Record<AnswerKind, string>>;
  readonly tooMany: string;
  readonly record: (number: number) => string;
  readonly leaveOut: string;
  readonly parts: Readonly<Record<Part, string>>;
  readonly time: string;
  readonly dayHint: string;
  readonly kindOf: (field: string) => string;
  readonly kinds: Readonly<Record<FieldKind, string>>;
  readonly more: string;
  readonly moreHint: string;
  readonly add: (detail: string) => string;
  readonly save: string;
  readonly undo: string;
  readonly cancel: string;
  readonly wrong: (count: number) => string;
  readonly problems: Readonly<Record<DraftProblem, string>>;
}

/** The texts by which a person edits an answer. They are for those who test, not for citizens. */
export const editTexts: Readonly<Record<Language, EditTexts>> = {
  ja: {
    hint: '選んだカードの回答を、この同意に限って変更できます。本物のマイナポータルにはない機能です。',
    open: '選んだカードの回答を編集する',
    edited: '回答を編集済み',
    saved: (names) => `${names}の回答を編集しました。この同意への回答にだけ使います。`,
    title: (name) => `${name}の回答を編集`,
    about:
      'サンドボックスだけの機能で、本物のマイナポータルにはありません。変わるのはこの同意への回答だけで、この利用者のほかの同意には影響しません。',
    answer: '回答',
    answers: {
      records: '下のレコードを返す',
      none: '該当する情報なし',
      'not-covered': '対象外',
      failed: '取得に失敗',
    },
    tooMany: 'レコードが多いため、ここでは編集できません。',
    record: (number) => `レコード ${number}`,
    leaveOut: 'このレコードを回答から除く',
    parts: {
      server: '保有サーバ',
      holder: '保有機関の名称',
      fiscalYear: '年度',
      asOf: '基準日',
      from: '有効期間の開始日',
      to: '有効期間の終了日',
      registeredOn: '登録日（反映待ち）',
    },
    time: '年度と日付',
    dayHint: '日付は 2026-12-01、年度は 2026 の形式です。空欄にすると「なし」になります。',
    kindOf: (field) => `「${field}」の種類`,
    kinds: {
      text: '文字',
      number: '数値',
      null: '値なし',
      json: 'JSON',
      absent: '項目なし',
    },
    more: '項目を追加する（JSON）',
    moreHint: '例: {"備考": "見本", "加算額": 1000}。同じ名前の項目は置き換わります。',
    add: (detail) => `${detail}のレコードを追加`,
    save: '保存してカードの画面に戻る',
    undo: '編集前の回答に戻す',
    cancel: '保存せずに戻る',
    wrong: (count) => `${count}か所を直してください。入力した内容は残っています。`,
    problems: {
      too_long: '1,000文字以内で入力してください。',
      number:
        '数値を入力してください（例: 5200000）。値がないときは、種類を「値なし」にしてください。',
      null: '種類が「値なし」のときは空欄にしてください。値があるときは、種類を変えてください。',
      json: 'JSON として読み取れません（例: true、"文字"、["a", "b"]）。',
      more: 'JSON のオブジェクトを入力してください（例: {"備考": "見本"}）。',
      holder: '保有機関の名称を入力してください。',
      server: 'この情報を保有するサーバを選んでください。',
      year: '1900〜2999の年度を入力してください。',
      day: '実在する日付を 2026-12-01 の形式で入力してください。',
      order: '終了日を開始日以降にしてください。',
    },
  },
  en: {
    hint: 'You can change the answer of the chosen card, for this consent only. The real Mynaportal has no such thing.',
    open: 'Edit the answer of the chosen card',
    edited: 'answer edited',
    saved: (names) => `Edited: the answer of ${names}. It is used for this consent only.`,
    title: (name) => `Edit the answer of ${name}`,
    about:
      'Only the sandbox has this page; the real Mynaportal does not. It changes the answer to this consent, not the other consents of this person.',
    answer: 'Answer',
    answers: {
      records: 'the records below',
      none: 'nothing on record',
      'not-covered': 'not covered',
      failed: 'failed',
    },
    tooMany: 'There are too many records to edit here.',
    record: (number) => `Record ${number}`,
    leaveOut: 'Leave this record out',
    parts: {
      server: 'Server',
      holder: 'Name of the holder',
      fiscalYear: 'Fiscal year',
      asOf: 'As of',
      from: 'Valid from',
      to: 'Valid to',
      registeredOn: 'Registered on',
    },
    time: 'Fiscal year and dates',
    dayHint: 'Write dates as 2026-12-01 and fiscal years as 2026. Empty means none.',
    kindOf: (field) => `Type of “${field}”`,
    kinds: {
      text: 'text',
      number: 'number',
      null: 'no value',
      json: 'JSON',
      absent: 'no field',
    },
    more: 'Add fields (JSON)',
    moreHint: 'Example: {"備考": "見本", "加算額": 1000}. It replaces fields of the same name.',
    add: (detail) => `Add a record: ${detail}`,
    save: 'Save and return to the card',
    undo: 'Restore the answer as it was',
    cancel: 'Return without saving',
    wrong: (count) =>
      `Correct ${count} ${count === 1 ? 'place' : 'places'}. What you entered is still there.`,
    problems: {
      too_long: 'Enter at most 1,000 characters.',
      number: 'Enter a number, such as 5200000. If there is no value, choose the type “no value”.',
      null: 'Leave it empty for the type “no value”. If there is a value, choose another type.',
      json: 'This is not JSON. Examples: true, "text", ["a", "b"].',
      more: 'Enter a JSON object, such as {"備考": "見本"}.',
      holder: 'Enter the name of the holder.',
      server: 'Choose a server that holds this information.',
      year: 'Enter a fiscal year from 1900 to 2999.',
      day: 'Enter a date that exists, such as 2026-12-01.',
      order: 'The last day must not be before the first.',
    },
  },
};
