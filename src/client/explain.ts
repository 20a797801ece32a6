import type { Cause, Status } from '../calendar/results.js';
import { amountDetails } from '../catalog/details.js';
import type { CitizenAdvice, OutcomeCode } from '../foundation/citizen-error-rows.js';
import { adviceOf, numberOf } from '../foundation/citizen-errors.js';
import type { Clock } from '../foundation/clock.js';
import type { SelfInfoErrorCode } from '../foundation/error-table.js';
import { invalidOption, isSelfInfoError, type SelfInfoError } from '../foundation/errors.js';
import type { Language } from '../foundation/language.js';
import { checkClock, checkText, checkWhole, readKeys } from '../foundation/options.js';
import { ownBag, shows } from '../foundation/own.js';
import { toDateTime } from '../foundation/time.js';
import type { ItemAnswer } from '../query/answer.js';
import type { Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import type { Availability, ItemAvailability } from './availability.js';
import { sentences, states, words } from './explain-texts.js';
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

/** Codes of a failed item that this package defines. */
const ITEM_CODES = [
  'record_invalid',
  'number_inexact',
  'answer_contradictory',
  'not_answered',
  'unspecified',
  'unrecognised',
] as const;
/** Codes of a rejected callback that this package defines. */
const CALLBACK_CODES = [
  'not_a_navigation',
  'callback_too_large',
  'state_missing',
  'state_mismatch',
  'duplicate_parameter',
  'issuer_mismatch',
  'invalid_response',
] as const;
/** Codes by which the portal says that the fault is its own. */
const PORTAL_CODES = ['server_error', 'temporarily_unavailable'] as const;

/** Settings of {@link explain}. */
export interface ExplainOptions {
  /** Where citizens can ask. It closes every text that says that something did not work. */
  readonly contact?: Contact;
  /** The clock of the client, from which near times count. Default: that of the system. */
  readonly clock?: Pick<Clock, 'now'>;
  /** The profile's `timing.consentMs`, in milliseconds. Default: ten minutes. */
  readonly consentMs?: number;
}

/** The desk that citizens can ask. */
export interface Contact {
  /** At most 100 characters. */
  readonly name: string;
  /** At most 100 characters, so that hours fit in. */
  readonly phone?: string;
  /** An https URL of at most 500 characters. */
  readonly url?: string;
}

/** Where and how a text is said. */
interface Setting {
  readonly language: Language;
  readonly now: () => number;
  readonly consentMs: number;
  /** The closing sentence of a failure text. */
  readonly closing: string;
}

const MINUTE_MS = 60_000;
const CONSENT_MS = 10 * MINUTE_MS;
/** Within this time a text says minutes instead of a date. */
const NEAR_MS = 10 * MINUTE_MS;

/**
 * Puts an outcome, a result, an item, an availability or an error into words for the citizen. The
 * guideline (note ※３) leaves the screen for closed hours to the provider.
 *
 * A failure shows an error number instead of a machine code: see {@link citizenErrors}.
 *
 * @param value - what a method of the client returned or threw.
 * @param language - `ja` or `en`.
 * @param options - the contact that closes failure texts, and the clock.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, naming the option;
 * TypeError for any other value.
 * @example
 * ```ts
 * import { type ConsentOutcome, explain } from 'myna-selfinfo';
 * const contact = { name: 'みほん銀行 ローン受付', phone: '0120-000-000' };
 * const page = (outcome: ConsentOutcome) => `<p>${explain(outcome, 'ja', { contact })}</p>`;
 * ```
 */
export function explain<S extends ServiceSpec>(
  value: Explainable<S>,
  language: Language,
  options: ExplainOptions = {},
): string {
  if (language !== 'ja' && language !== 'en') throw new TypeError("language must be 'ja' or 'en'.");
  return say(value, readSetting(language, options));
}

function readSetting(language: Language, options: ExplainOptions): Setting {
  const {
    contact,
    clock,
    consentMs = CONSENT_MS,
  } = readKeys(options, 'options', {
    contact: true,
    clock: true,
    consentMs: true,
  } satisfies Record<keyof ExplainOptions, true>);
  checkWhole(consentMs, 'options.consentMs', 1_000);
  const closing = contact === undefined ? '' : closingOf(contact, language);
  const { now } = checkClock(clock as Clock | undefined, 'options.clock', ['now']);
  return { language, now, consentMs, closing };
}

function closingOf(given: Contact, language: Language): string {
  const path = 'options.contact';
  const { name, phone, url } = readKeys(given, path, {
    name: true,
    phone: true,
    url: true,
  } satisfies Record<keyof Contact, true>);
  checkLine(name, `${path}.name`, 100);
  if (phone !== undefined) checkLine(phone, `${path}.phone`, 100);
  if (url !== undefined) checkUrl(url, `${path}.url`);
  const ways = [
    ...(phone === undefined ? [] : [words.phone[language](phone)]),
    ...(url === undefined ? [] : [url]),
  ];
  return words.contact[language](name, ways.join(language === 'ja' ? '、' : ', '));
}

function checkLine(value: unknown, path: string, longest: number): asserts value is string {
  checkText(value, path);
  if (value.length > longest || /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(value))
    throw invalidOption(path, {
      en: `It must have at most ${longest} characters, without line breaks and control characters.`,
      ja: `改行や制御文字のない${longest}文字以内の文字列を指定してください。`,
    });
}

function checkUrl(value: unknown, path: string): void {
  checkLine(value, path, 500);
  const { protocol, username, password } = URL.canParse(value) ? new URL(value) : EMPTY;
  if (protocol === 'https:' && username === '' && password === '' && !/\s/.test(value)) return;
  throw invalidOption(path, {
    en: 'It must be an https URL without user name and password.',
    ja: 'ユーザー名とパスワードを含まない https の URL を指定してください。',
  });
}

const EMPTY = { protocol: '', username: '', password: '' };

function say<S extends ServiceSpec>(value: Explainable<S>, setting: Setting): string {
  const { language, closing, consentMs } = setting;
  if (isSelfInfoError(value)) return sayError(value, setting);
  if (typeof value !== 'object' || value === null) throw foreign();
  if (shows(value, 'state')) return sayStatus(value, setting);
  if (!Object.hasOwn(sentences, value.status)) throw foreign();
  const sentence = sentences[value.status][language];
  switch (value.status) {
    case 'granted':
    case 'pending':
    case 'not-asked':
      return sentence;
    case 'rejected':
      return sayFailed(sentence, codeOfRejected(value), setting);
    case 'ready':
      return sayItems(Object.values<ItemAnswer>(value.answer.items), setting);
    case 'present':
      return join(sentence, value.missing.length > 0 ? words.partial[language] : '');
    case 'nothing-on-record':
      return join(sentence, amountDetails.has(value.detail ?? '') ? words.notZero[language] : '');
    case 'expired':
      return join(sentence.replace('{limit}', limitIn(language, consentMs)), closing);
    case 'unavailable':
      return join(
        sentence,
        shows(value, 'causes')
          ? reasons([{ state: stateOf(value.causes), causes: value.causes }], language)
          : '',
        value.until === null ? words.again[language] : again(Date.parse(value.until), setting),
        closing,
      );
    case 'failed':
      if (shows(value, 'error')) return sayError(value.error, setting);
      return sayFailed(
        sentence,
        ITEM_CODES.find((code) => code === value.code) ?? 'portal_failure',
        setting,
      );
    default:
      return join(sentence, closing);
  }
}

/** Puts an answer into words by its items: an answer may hold none of them. */
function sayItems(items: readonly ItemAnswer[], setting: Setting): string {
  const { language } = setting;
  const asked = items.filter((item) => item.status !== 'not-asked');
  const missed = asked.filter((item) => !['present', 'nothing-on-record'].includes(item.status));
  const [first] = missed;
  if (first !== undefined && missed.length === asked.length) return say(first, setting);
  return join(sentences.ready[language], first === undefined ? '' : words.someItems[language]);
}

function foreign(): TypeError {
  return new TypeError(
    'value must be an outcome, a result, an item, an availability or an error of this package.',
  );
}

function numberIn(language: Language, code: SelfInfoErrorCode | OutcomeCode): string {
  return words.number[language](numberOf(code));
}

/** Returns the code that decides the error number. What the portal reported could be anything. */
function codeOfRejected({ at, code }: { readonly at: string; readonly code: string }) {
  if (at === 'callback')
    return CALLBACK_CODES.find((known) => known === code) ?? 'callback_rejected';
  const atPortal = PORTAL_CODES.find((known) => known === code);
  return atPortal ?? (at === 'token' ? 'token_refused' : 'callback_rejected');
}

function limitIn(language: Language, ms: number): string {
  return ms % MINUTE_MS === 0
    ? words.minutes[language](ms / MINUTE_MS)
    : words.seconds[language](Math.floor(ms / 1_000));
}

/** Adds the advice, the error number and the contact to a sentence. */
function sayFailed(sentence: string, code: OutcomeCode | SelfInfoErrorCode, setting: Setting) {
  const { language, closing } = setting;
  return join(sentence, advise(adviceOf(code), language), numberIn(language, code), closing);
}

function advise(advice: CitizenAdvice, language: Language): string {
  if (advice === 'later') return words.again[language];
  return advice === 'documents' ? words.otherwise[language] : words.restart[language];
}

function sayError(error: SelfInfoError, setting: Setting): string {
  const { language, closing } = setting;
  return join(sayFailure(error, setting), numberIn(language, error.code), closing);
}

function sayFailure(error: SelfInfoError, setting: Setting): string {
  const { code, retry } = error;
  const { language } = setting;
  if (code === 'consent_declined') return sentences.declined[language];
  if (code === 'retention_ended') return words.retentionEnded[language];
  const failed = sentences.failed[language];
  const given = adviceOf(code);
  // Only the provider can fix these, except for `record_invalid`: the portal sent the record.
  if (given === 'documents')
    return join(
      code === 'record_invalid' ? failed : words.ours[language],
      words.otherwise[language],
    );
  const isLater = retry.safe || isConsentUnused(error);
  const advice = given === 'as-shown' && isLater ? 'later' : given;
  const { notBefore } = ownBag(retry);
  if (notBefore !== undefined && given !== 'start-again')
    return join(failed, again(Date.parse(notBefore), setting));
  return join(failed, advise(advice, language));
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

function again(ms: number, { language, now }: Setting): string {
  const leftMs = ms - now();
  if (leftMs > 0 && leftMs <= NEAR_MS)
    return words.soon[language](words.minutes[language](Math.ceil(leftMs / MINUTE_MS)));
  return words.until[language](
    toDateTime(ms)
      .setLocale(language)
      .toFormat(language === 'ja' ? 'yyyy年M月d日(ccc) H:mm' : "ccc d LLL yyyy H:mm 'JST'"),
  );
}

/** The part of a status that goes into words. */
type Explained = Reasoned & Pick<Status, 'nextPossibleOpeningMs'>;

function sayStatus(value: Status | Availability, setting: Setting): string {
  const { language, closing } = setting;
  const { state, nextOpeningMs } = value;
  const items: readonly ItemAvailability[] = shows(value, 'items')
    ? Object.values<ItemAvailability>(value.items).filter((item) => item.state === state)
    : [];
  const isOfInstant = shows(value, 'items') || shows(value, 'name');
  const statuses = items.length > 0 ? items : [isOfInstant ? value : throughout(value)];
  if (state === 'closed') {
    const stopped = statuses.map((status) => stoppedItem(status, language));
    if (stopped.every((sentence) => sentence !== undefined))
      return join(...new Set(stopped), closing);
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
    nextOpeningMs === null ? words.otherwise[language] : again(nextOpeningMs, setting),
    closing,
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
