import { informationOn } from '../calendar/citizen-texts.js';
import type { Cause, Status } from '../calendar/results.js';
import type { Stage } from '../foundation/error-facts.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { isSelfInfoError, type SelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { ownBag, shows } from '../foundation/own.js';
import { toDateTime } from '../foundation/time.js';
import type { ItemAnswer } from '../query/answer.js';
import type { Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import type { Availability, ItemAvailability } from './availability.js';
import type { Collected, ConsentOutcome } from './outcomes.js';
import { deciding, isScoped, type Reasoned, reasonsOf, saysAll } from './reasons.js';

/** What {@link explain} can put into words. */
export type Explainable<S extends ServiceSpec = Service> =
  | ConsentOutcome<S>
  | Collected<S>
  | ItemAnswer<unknown>
  | Availability<S>
  | Status
  | SelfInfoError;

type Statuses = (ConsentOutcome | Collected | ItemAnswer<unknown>)['status'];

const sentences = {
  granted: { ja: '情報の提供に同意いただきました。', en: 'You agreed to provide the information.' },
  declined: {
    ja: '情報の提供に同意されませんでした。マイナポータルからの取得は行っていません。書類の提出など、ほかの方法でお手続きください。',
    en: 'You did not agree to provide the information. Nothing was fetched from Mynaportal. Please continue in another way, for example with documents.',
  },
  expired: {
    ja: '時間が経過したため、手続きが無効になりました。最初からやり直してください。',
    en: 'Too much time has passed. Please start again.',
  },
  replayed: {
    ja: 'この手続きは既に処理されています。必要であれば最初からやり直してください。',
    en: 'This step has already been processed. If needed, please start again.',
  },
  unknown: {
    ja: '手続きを確認できませんでした。最初からやり直してください。',
    en: 'This request is not known. Please start again.',
  },
  'foreign-browser': {
    ja: '手続きを始めたブラウザとは別のブラウザで開かれました。始めたブラウザに戻って続けてください。',
    en: 'This page was opened in a different browser from the one you started in. Please return to that browser and continue.',
  },
  rejected: {
    ja: 'マイナポータルからの応答を受け付けられませんでした。最初からやり直してください。',
    en: 'The response from Mynaportal could not be accepted. Please start again.',
  },
  ready: {
    ja: 'マイナポータルからの取得が完了しました。内容をご確認ください。',
    en: 'The information has been fetched from Mynaportal. Please check it.',
  },
  pending: {
    ja: 'マイナポータルから情報を取得しています。しばらくお待ちください。',
    en: 'The information is being fetched from Mynaportal. Please wait a moment.',
  },
  present: {
    ja: '情報を取得しました。内容をご確認ください。',
    en: 'The information has been fetched. Please check it.',
  },
  'nothing-on-record': {
    ja: '該当する情報がありませんでした。まだ登録されていない場合や、対象外の自治体の場合もあります。金額が0円という意味ではありません。',
    en: 'Nothing is on record. It may not be registered yet, or your municipality may not be covered. It does not mean an amount of zero.',
  },
  'not-covered': {
    ja: 'この情報は対象外のため取得できません。書類の提出など、ほかの方法でお手続きください。',
    en: 'This information is not covered. Please continue in another way, for example with documents.',
  },
  'not-asked': { ja: 'この情報は照会していません。', en: 'This information was not requested.' },
  unavailable: {
    ja: 'ただいま取得できません。',
    en: 'The information is not available at the moment.',
  },
  failed: { ja: '情報を取得できませんでした。', en: 'The information could not be fetched.' },
} as const satisfies Record<Statuses, { readonly ja: string; readonly en: string }>;

const states = {
  open: { ja: 'ただいま取得できます。', en: 'The information is available now.' },
  uncertain: {
    ja: 'ただいま取得できない場合があります。',
    en: 'The information may not be available at the moment.',
  },
  closed: sentences.unavailable,
} as const;

const OURS: readonly Stage[] = ['configuration', 'calendar', 'vault', 'sandbox'];
/** Codes of a failed item that this package defines. */
const ITEM_CODES: readonly string[] = [
  'record_invalid',
  'number_inexact',
  'answer_contradictory',
  'not_answered',
  'unspecified',
  'unrecognised',
];
const OUR_CODES: readonly SelfInfoErrorCode[] = [
  'foreign_grant',
  'unknown_item',
  'inquiry_not_registered',
  'latest_not_declared',
  'invalid_retrieval',
  'server_not_trusted',
  'certificate_refused',
  'proxy_refused',
];

const words = {
  until: {
    ja: (time: string) => `${time}以降に再度お試しください。`,
    en: (time: string) => `Please try again after ${time}.`,
  },
  reason: { ja: (texts: string) => `理由：${texts}`, en: (texts: string) => `Reason: ${texts}` },
  stopped: {
    ja: (name: string, until: string | undefined) =>
      until === undefined
        ? `${informationOn(name)}は取得できません。`
        : `${informationOn(name)}は ${until} まで取得できません。`,
    en: (name: string, until: string | undefined) =>
      `The information (${name}) is not available${until === undefined ? '' : ` until ${until}`}.`,
  },
  goOn: { ja: 'このままお手続きいただけます。', en: 'You can continue.' },
  partial: {
    ja: '一部の保有機関の情報は含まれていません。',
    en: 'Information from some holders is missing.',
  },
  otherwise: {
    ja: '書類の提出など、ほかの方法でお手続きください。',
    en: 'Please continue in another way, for example with documents.',
  },
  again: { ja: '時間をおいて再度お試しください。', en: 'Please try again later.' },
  restart: { ja: '最初からやり直してください。', en: 'Please start again.' },
  someItems: {
    ja: '一部の情報は取得できませんでした。',
    en: 'Some of the information could not be fetched.',
  },
  ours: {
    ja: 'サービス側の不具合により手続きを続けられません。お手数ですが、お問い合わせください。',
    en: 'This service has a fault and cannot continue. Please contact us.',
  },
  retentionEnded: {
    ja: '同意いただいた期間が終了したため、取得した情報は表示できません。必要であれば、あらためて取得してください。',
    en: 'The period you consented to has ended, so the information can no longer be shown. If needed, please fetch it again.',
  },
  code: { ja: (code: string) => `（コード: ${code}）`, en: (code: string) => ` (code: ${code})` },
} as const;

/**
 * Puts an outcome, a result, an item, an availability or an error into words for the citizen. The
 * guideline (note ※３) leaves the screen for closed hours to the provider.
 *
 * @param value - what a method of the client returned or threw.
 * @param language - `ja` or `en`.
 * @throws TypeError for any other value.
 * @example
 * ```ts
 * import { type ConsentOutcome, explain } from 'myna-selfinfo';
 * const page = (outcome: ConsentOutcome) => `<p>${explain(outcome, 'ja')}</p>`;
 * ```
 */
export function explain<S extends ServiceSpec>(value: Explainable<S>, language: Language): string {
  if (language !== 'ja' && language !== 'en') throw new TypeError("language must be 'ja' or 'en'.");
  if (isSelfInfoError(value)) return explainError(value, language);
  if (typeof value !== 'object' || value === null) throw foreign();
  if (shows(value, 'state')) return explainStatus(value, language);
  if (!Object.hasOwn(sentences, value.status)) throw foreign();
  const sentence = sentences[value.status][language];
  switch (value.status) {
    case 'rejected':
      return sentence + words.code[language](value.code);
    case 'ready':
      return explainItems(Object.values<ItemAnswer>(value.answer.items), language);
    case 'present':
      return join(sentence, value.missing.length > 0 ? words.partial[language] : '');
    case 'unavailable':
      return join(
        sentence,
        shows(value, 'causes')
          ? reasons([{ state: stateOf(value.causes), causes: value.causes }], language)
          : '',
        value.until === null ? words.again[language] : again(Date.parse(value.until), language),
      );
    case 'failed':
      if (shows(value, 'error')) return explainError(value.error, language);
      // A code of the portal could echo anything, so it stays in the item and off the screen.
      return ITEM_CODES.includes(value.code)
        ? sentence + words.code[language](value.code)
        : sentence;
    default:
      return sentence;
  }
}

/** Puts an answer into words by its items: an answer may hold none of them. */
function explainItems(items: readonly ItemAnswer[], language: Language): string {
  const asked = items.filter((item) => item.status !== 'not-asked');
  const missed = asked.filter((item) => !['present', 'nothing-on-record'].includes(item.status));
  const [first] = missed;
  if (first !== undefined && missed.length === asked.length) return explain(first, language);
  return join(sentences.ready[language], first === undefined ? '' : words.someItems[language]);
}

function foreign(): TypeError {
  return new TypeError(
    'value must be an outcome, a result, an item, an availability or an error of this package.',
  );
}

function explainError(error: SelfInfoError, language: Language): string {
  return citizensWords(error, language) + words.code[language](error.code);
}

function citizensWords(error: SelfInfoError, language: Language): string {
  const { code, stage, retry } = error;
  const { notBefore } = ownBag(retry);
  if (code === 'consent_declined') return sentences.declined[language];
  if (code === 'retention_ended') return words.retentionEnded[language];
  const failed = sentences.failed[language];
  if (notBefore !== undefined) return join(failed, again(Date.parse(notBefore), language));
  if (retry.safe || isConsentUnused(error)) return join(failed, words.again[language]);
  // Separates what a citizen can fix by starting again from what only the provider can fix.
  return OURS.includes(stage) || OUR_CODES.includes(code)
    ? words.ours[language]
    : join(failed, words.restart[language]);
}

/**
 * Returns whether the same grant is still good once the provider has fixed the request. The citizen
 * need not consent again. A token that the portal refuses (401) is not good any more.
 */
function isConsentUnused({ code, stage, effect, upstream }: SelfInfoError): boolean {
  return (
    code === 'upstream_refused' &&
    stage === 'request' &&
    effect === 'none' &&
    upstream?.status !== 401
  );
}

function dayAndTime(ms: number, language: Language): string {
  return toDateTime(ms)
    .setLocale(language)
    .toFormat(language === 'ja' ? 'M月d日(ccc) H:mm' : "ccc d LLL H:mm 'JST'");
}

function again(ms: number, language: Language): string {
  const time = toDateTime(ms);
  return words.until[language](
    time
      .setLocale(language)
      .toFormat(language === 'ja' ? 'yyyy年M月d日(ccc) H:mm' : "ccc d LLL yyyy H:mm 'JST'"),
  );
}

/** The part of a status that goes into words. */
type Explained = Reasoned & Pick<Status, 'nextPossibleOpeningMs'>;

function explainStatus(value: Status | Availability, language: Language): string {
  const { state, nextOpeningMs } = value;
  const items: readonly ItemAvailability[] = shows(value, 'items')
    ? Object.values<ItemAvailability>(value.items).filter((item) => item.state === state)
    : [];
  const isOfInstant = shows(value, 'items') || shows(value, 'name');
  const statuses = items.length > 0 ? items : [isOfInstant ? value : throughout(value)];
  if (state === 'closed') {
    const stopped = statuses.map((status) => stoppedItem(status, language));
    if (stopped.every((sentence) => sentence !== undefined)) return join(...new Set(stopped));
  }
  if (state === 'open') return join(states.open[language], ...reasonsOf(statuses, language));
  if (state === 'uncertain')
    return join(
      ...(statuses.flatMap(deciding).every(saysAll)
        ? reasonsOf(statuses, language)
        : [states.uncertain[language], reasons(statuses, language)]),
      words.goOn[language],
    );
  return join(
    states.closed[language],
    reasons(statuses, language),
    nextOpeningMs === null ? words.otherwise[language] : again(nextOpeningMs, language),
  );
}

/**
 * Returns a status with the causes that hold throughout, if there are any. Its other causes may be
 * over, or far away.
 */
function throughout(status: Status): Explained {
  const { state, causes, holders, sinceMs, untilMs, nextPossibleOpeningMs } = status;
  const lasting = causes.filter(
    (cause) =>
      cause.state === state &&
      cause.startMs <= (sinceMs ?? cause.startMs) &&
      cause.endMs >= (untilMs ?? cause.endMs),
  );
  return {
    state,
    causes: lasting.length > 0 ? lasting : causes,
    ...(holders && { holders }),
    nextPossibleOpeningMs,
  };
}

/** Returns the sentence about an item that stops alone; undefined if more than it stops. */
function stoppedItem(status: Explained | ItemAvailability, language: Language): string | undefined {
  const causes = deciding(status);
  if (!causes.every(isScoped)) return undefined;
  const names = shows(status, 'name') ? [status.name] : causes.map(({ name }) => name);
  const known = names.flatMap((name) => (name === null ? [] : [name[language]]));
  if (known.length === 0) return undefined;
  const { nextPossibleOpeningMs } = status;
  return words.stopped[language](
    [...new Set(known)].join(language === 'ja' ? '、' : ', '),
    nextPossibleOpeningMs === null ? undefined : dayAndTime(nextPossibleOpeningMs, language),
  );
}

/** Names the causes that decide. A list of every server would help no citizen. */
function reasons(statuses: readonly Reasoned[], language: Language): string {
  const texts = reasonsOf(statuses, language);
  return texts.length === 0 ? '' : words.reason[language](texts.join(language === 'ja' ? '' : ' '));
}

function stateOf(causes: readonly Cause[]): Status['state'] {
  return causes.some(({ state }) => state === 'closed') ? 'closed' : 'uncertain';
}

/** Joins sentences: with a space in English, without one in Japanese. */
function join(...parts: readonly string[]): string {
  const given = parts.filter((part) => part !== '');
  return given.join(/[。]$/.test(given[0] ?? '') ? '' : ' ');
}
