import type { Clock } from '../foundation/clock.js';
import type { ConsentTerms } from '../oauth/terms.js';
import type { Service } from '../service/service.js';
import type { Store } from '../stores/store.js';

/** Options of {@link createPrefill}. */
export interface PrefillOptions<S extends Service = Service> {
  /** A service of `defineService`. A seal is bound to the id of its purpose. */
  readonly service: S;
  /** The name of the form, such as `application`. A seal of another form counts as `replayed`. */
  readonly form: string;
  /**
   * The keys, the same in every instance: 32 random bytes each, base64url (43 characters), by id,
   * and the id of the key that seals new forms. Keep an old key for `lifetimeMs` after the change.
   * The keys of a store or a vault may serve here too: each use derives a key of its own.
   */
  readonly keys: {
    readonly current: string;
    readonly keys: Readonly<Record<string, string>>;
  };
  /**
   * How long a form can be submitted, in milliseconds. It ends earlier at `keepUntil`. Default:
   * 3,600,000, one hour.
   */
  readonly lifetimeMs?: number;
  /**
   * Returns the text by which two values of a field are compared, for example without commas and
   * with half-width digits. Default: the text as it is. A line break is one in every spelling.
   */
  readonly normalize?: (text: string, name: string) => string;
  /**
   * Remembers which seals were accepted, in entries `prefill:...` without values. Needed for `accept`
   * only. The client's store can be passed.
   */
  readonly store?: Store;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** Where a value came from, as far as the caller knows. Do not put a value of the record here. */
export interface FieldOrigin<I extends string = string> {
  /** The key of the item in the service, which the type `I` lists. */
  readonly item: I;
  /** The name of the field of the record (取得項目). */
  readonly field?: string | undefined;
  /** Who holds the record. */
  readonly holder?: string | undefined;
  /** The date or the period that the value is of, as the record says it. */
  readonly asOf?: string | undefined;
}

/** Where a value came from, as JSON to keep with the application. */
export interface SealedOrigin<I extends string = string> extends FieldOrigin<I> {
  /** The detail (分野詳細) of the item. */
  readonly detail: string;
  /** `terms.transactionId`. It names the retrieval too, because a consent allows one. */
  readonly consent: string;
  /** ISO 8601 at +09:00. */
  readonly grantedAt: string;
  /** ISO 8601 at +09:00. The end of the period in which the value may be kept. */
  readonly keepUntil: string;
}

/** A form as it is rendered. */
export interface FilledForm<I extends string = string> {
  /**
   * A secret of this browser's session, as in `beginConsent`. Where a session can have several
   * applications, add the id of this one.
   */
  readonly sessionBinding: string;
  /** The terms of the answer. */
  readonly terms: ConsentTerms;
  /**
   * The fields by the names of their inputs. `value` is the text in the input; empty when the record
   * has none.
   */
  readonly fields: Readonly<
    Record<string, { readonly value: string; readonly origin: FieldOrigin<I> }>
  >;
}

/** A form as it came back. `seal` and the values may be anything: a browser sent them. */
export interface SubmittedForm<K extends string = string> {
  /** The same text as for `seal`. */
  readonly sessionBinding: string;
  /** The value of the hidden input. */
  readonly seal: unknown;
  /** The submitted values of the fields that were filled in, and of no others. */
  readonly fields: Readonly<Record<K, unknown>>;
}

/**
 * A field as it came back.
 *
 * - `unchanged`: `value` is the text that was filled in.
 * - `edited`: the person changed, emptied or removed it. `value` is their own statement, `filled`
 *   the text that was filled in.
 * - `replayed`: the seal is of another session, form or purpose, or was accepted before.
 * - `expired`: the form was open for too long, or the consented period has ended.
 * - `forged`: there is no seal, it was altered, its key is gone, it does not contain this field, or
 *   the value is not one text.
 *
 * Only `unchanged` is from the portal. `value` is personal data in every state.
 */
export type JudgedField<I extends string = string> =
  | { readonly state: 'unchanged'; readonly value: string; readonly origin: SealedOrigin<I> }
  | {
      readonly state: 'edited';
      readonly value: string;
      readonly filled: string;
      readonly origin: SealedOrigin<I>;
    }
  | { readonly state: 'replayed' | 'expired' | 'forged'; readonly value: string };

/** Seals the values of a form, and judges the fields that come back. */
export interface Prefill<I extends string = string> {
  /**
   * Seals the values and origins of a form, for one hidden input. The text is encrypted and has at
   * most 65,536 characters.
   *
   * @param form - the session, the terms of the answer, and the fields as they are rendered.
   * @throws SelfInfoError `purpose_refused` for an answer for another purpose; `retention_ended`;
   * `missing_option`, `unknown_option`, `invalid_option`; TypeError for a wrong type. Errors name
   * fields, and no values.
   * @example
   * ```ts
   * import type { ConsentTerms } from 'myna-selfinfo';
   * import type { Prefill } from 'myna-selfinfo/prefill';
   * async function hiddenInput(prefill: Prefill, sessionBinding: string, terms: ConsentTerms) {
   *   const origin = { item: 'income', field: '合計所得金額', holder: '見本市', asOf: '2026' };
   *   const fields = { income: { value: '4,200,000', origin } };
   *   const seal = await prefill.seal({ sessionBinding, terms, fields });
   *   return `<input type="hidden" name="seal" value="${seal}">`;
   * }
   * ```
   */
  seal(form: FilledForm<I>): Promise<string>;
  /**
   * Judges each field of a submitted form. Can be repeated, for example when the person corrects
   * another field: put the same seal into the form again.
   *
   * A sealed field that was not submitted is in the result too, as `edited` and empty.
   *
   * @param form - the session, the seal, and the values as they were submitted. Nothing that a
   * browser sends in these makes this reject.
   * @throws SelfInfoError `format_unsupported` for a seal of a newer version of this package; the
   * errors of the store; TypeError for a wrong type.
   * @example
   * ```ts
   * import type { Prefill } from 'myna-selfinfo/prefill';
   * async function isSelfDeclared(prefill: Prefill, sessionBinding: string, body: FormData) {
   *   const fields = { income: body.get('income') };
   *   const { income } = await prefill.judge({ sessionBinding, seal: body.get('seal'), fields });
   *   return income.state !== 'unchanged';
   * }
   * ```
   */
  judge<K extends string>(form: SubmittedForm<K>): Promise<Readonly<Record<K, JudgedField<I>>>>;
  /**
   * Judges a form like `judge`, and uses its seal up. Of many parallel calls, one gets the fields;
   * for the others, and for `judge` from then on, they are `replayed`. Call it for the last
   * submission, after the values were validated.
   *
   * Uses up nothing when a field is `replayed`, `expired` or `forged`.
   *
   * @param form - the same as for `judge`.
   * @throws SelfInfoError as `judge`; `missing_option` without `options.store`.
   * @example
   * ```ts
   * import type { Prefill, SubmittedForm } from 'myna-selfinfo/prefill';
   * async function apply(prefill: Prefill, form: SubmittedForm<'income'>) {
   *   const { income } = await prefill.accept(form);
   *   return income.state === 'unchanged' || income.state === 'edited' ? income : undefined;
   * }
   * ```
   */
  accept<K extends string>(form: SubmittedForm<K>): Promise<Readonly<Record<K, JudgedField<I>>>>;
}
