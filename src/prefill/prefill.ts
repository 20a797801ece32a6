import { invalidClock } from '../foundation/clock.js';
import { hostCall, invalidOption, isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import {
  checkClock,
  checkFunction,
  checkMethods,
  checkObject,
  checkText,
  checkWhole,
  readKeys,
} from '../foundation/options.js';
import { own } from '../foundation/own.js';
import { frozenJson } from '../foundation/plain.js';
import { HOUR_MS } from '../foundation/time.js';
import type { ConsentTerms } from '../oauth/terms.js';
import { isService, type Service } from '../service/service.js';
import { boundStore } from '../stores/bound.js';
import { guardStore } from '../stores/store.js';
import { bindingOf, openSeal, readPrefillKeys, type Sealed, writeSeal } from './seal.js';
import type {
  FieldOrigin,
  FilledForm,
  JudgedField,
  Prefill,
  PrefillOptions,
  SealedOrigin,
  SubmittedForm,
} from './types.js';

type Context = ReturnType<typeof checkOptions>;
type OpenedSeal = NonNullable<Awaited<ReturnType<typeof openSeal>>>;
type Judged = Readonly<Record<string, JudgedField>>;
/** The seal of a form that may be used, or the one state of all its fields. */
type Verdict = OpenedSeal | 'replayed' | 'expired' | 'forged';

/**
 * Creates a {@link Prefill}, which seals the values of a form that is filled in from an answer, and
 * says of each submitted field whether it is unchanged. The server keeps no values between the two
 * requests: a sealed text in a hidden input carries them and their origins. Only the keys open it.
 *
 * One seal covers the form, so that no field can be moved to another form or to another field. It is
 * a compact JWE (`dir`, A256GCM), bound to the session, the form and the purpose.
 *
 * @param options - see {@link PrefillOptions}.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, naming the option and
 * no key; TypeError for a wrong type.
 * @example
 * ```ts
 * import { defineService } from 'myna-selfinfo';
 * import { createPrefill } from 'myna-selfinfo/prefill';
 * const service = defineService({
 *   name: '住宅ローン事前審査',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const prefill = createPrefill({
 *   service,
 *   form: 'application',
 *   keys: { current: '2026-12', keys: { '2026-12': process.env.PREFILL_KEY ?? '' } },
 *   normalize: (text) => text.normalize('NFKC').replaceAll(',', ''),
 * });
 * ```
 */
export function createPrefill<S extends Service>(
  options: PrefillOptions<S>,
): Prefill<keyof S['items'] & string> {
  const context = checkOptions(options);
  const prefill: Prefill = {
    seal: (form) => seal(context, form),
    judge: async (form) => (await judge(context, form)).fields,
    accept: (form) => accept(context, form),
  };
  return Object.freeze(prefill) as Prefill<keyof S['items'] & string>;
}

function checkOptions(options: PrefillOptions) {
  options = readKeys(options, 'options', {
    service: true,
    form: true,
    keys: true,
    lifetimeMs: true,
    normalize: true,
    store: true,
    clock: true,
  } satisfies Record<keyof PrefillOptions, true>);
  const { service, form, keys, lifetimeMs = HOUR_MS, normalize } = options;
  for (const name of ['service', 'keys'] as const) {
    if (options[name] === undefined)
      throw new SelfInfoError('missing_option', { path: `options.${name}` });
  }
  if (!isService(service))
    throw new TypeError('options.service must be what defineService returned.');
  checkText(form, 'options.form');
  checkWhole(lifetimeMs, 'options.lifetimeMs', 1);
  checkFunction(normalize, 'options.normalize');
  const clock = checkClock(options.clock, 'options.clock');
  if (options.store !== undefined) checkMethods(options.store, 'options.store', ['put', 'get']);
  const store = options.store && boundStore(guardStore(options.store), clock);
  return {
    service,
    form,
    lifetimeMs,
    normalize,
    clock,
    store,
    ...readPrefillKeys(keys, 'options.keys'),
  };
}

async function seal(context: Context, form: FilledForm): Promise<string> {
  form = readKeys(form, 'form', {
    sessionBinding: true,
    terms: true,
    fields: true,
  } satisfies Record<keyof FilledForm, true>);
  checkText(form.sessionBinding, 'form.sessionBinding');
  const { consent, grantedAt, keepUntil } = readTerms(context, form.terms);
  const now = context.clock.now();
  if (!Number.isFinite(now)) throw invalidClock();
  if (now >= Date.parse(keepUntil)) throw new SelfInfoError('retention_ended');
  return writeSeal(context, {
    binding: bindingOf([context.service.purpose.id, context.form, form.sessionBinding]),
    expiresAt: Math.min(now + context.lifetimeMs, Date.parse(keepUntil)),
    terms: { consent, grantedAt, keepUntil },
    fields: readFields(context.service, form.fields),
  });
}

/** Reads what an origin says of the consent. */
function readTerms({ service }: Context, terms: ConsentTerms): Sealed['terms'] {
  const path = 'form.terms';
  if (terms === undefined) throw new SelfInfoError('missing_option', { path });
  checkObject(terms, path);
  const [consent, purpose] = [own(terms, 'transactionId'), own(terms, 'purpose')];
  const [grantedAt, keepUntil] = [own(terms, 'grantedAt'), own(terms, 'keepUntil')];
  checkText(consent, `${path}.transactionId`);
  checkText(grantedAt, `${path}.grantedAt`);
  checkText(keepUntil, `${path}.keepUntil`);
  if (!Number.isFinite(Date.parse(keepUntil))) throw invalidOption(`${path}.keepUntil`);
  checkObject(purpose, `${path}.purpose`);
  if (own(purpose, 'id') !== service.purpose.id) throw new SelfInfoError('purpose_refused');
  return { consent, grantedAt, keepUntil };
}

function readFields(service: Service, fields: FilledForm['fields']): Sealed['fields'] {
  const path = 'form.fields';
  if (fields === undefined) throw new SelfInfoError('missing_option', { path });
  checkObject(fields, path);
  const entries = Object.entries(fields).map(([name, given]) => {
    const place = `${path}.${name.slice(0, 60)}`;
    const { value, origin } = readKeys(given, place, {
      value: true,
      origin: true,
    } satisfies Record<keyof typeof given, true>);
    // Unlike elsewhere, an empty text is a value: the record has none.
    checkText(typeof value === 'string' ? `.${value}` : value, `${place}.value`);
    return [name, { value, origin: readOrigin(service, origin, `${place}.origin`) }] as const;
  });
  if (entries.length > 0) return Object.fromEntries(entries);
  throw invalidOption(path, {
    en: 'At least one field is required.',
    ja: '1つ以上の欄を指定してください。',
  });
}

function readOrigin(
  service: Service,
  given: FieldOrigin,
  path: string,
): Sealed['fields'][string]['origin'] {
  if (given === undefined) throw new SelfInfoError('missing_option', { path });
  const origin = readKeys(given, path, {
    item: true,
    field: true,
    holder: true,
    asOf: true,
  } satisfies Record<keyof FieldOrigin, true>);
  const { item } = origin;
  checkText(item, `${path}.item`);
  const spec = own(service.items, item);
  if (spec === undefined) {
    const keys = Object.keys(service.items);
    throw invalidOption(`${path}.item`, {
      en: `Use one of ${keys.join(', ')}.`,
      ja: `${keys.join('、')} のいずれかを指定してください。`,
    });
  }
  const texts = (['field', 'holder', 'asOf'] as const).flatMap((name) => {
    const text = origin[name];
    if (text === undefined) return [];
    checkText(text, `${path}.${name}`);
    return [[name, text] as const];
  });
  return { item, detail: spec.detail, ...Object.fromEntries(texts) };
}

/** A form that was judged. `intact` is its seal when it may be accepted. */
interface JudgedForm {
  readonly fields: Judged;
  readonly intact?: OpenedSeal;
}

async function judge(context: Context, form: SubmittedForm): Promise<JudgedForm> {
  const {
    sessionBinding,
    seal: text,
    fields,
  } = readKeys(form, 'form', {
    sessionBinding: true,
    seal: true,
    fields: true,
  } satisfies Record<keyof SubmittedForm, true>);
  checkText(sessionBinding, 'form.sessionBinding');
  if (fields === undefined) throw new SelfInfoError('missing_option', { path: 'form.fields' });
  checkObject(fields, 'form.fields');
  const verdict = await verdictOf(context, sessionBinding, text);
  const names = new Set(Object.keys(fields));
  if (typeof verdict === 'string')
    return { fields: fieldsOf(names, (name) => stopped(verdict, own(fields, name))) };
  for (const name of Object.keys(verdict.fields)) names.add(name);
  const judged = fieldsOf(names, (name) => judgeField(context, verdict, name, own(fields, name)));
  const isIntact = Object.values(judged).every(({ state }) => state !== 'forged');
  return { fields: judged, ...(isIntact && { intact: verdict }) };
}

const fieldsOf = (names: Iterable<string>, judged: (name: string) => JudgedField): Judged =>
  frozenFields([...names].map((name) => [name, judged(name)]));

/** Unlike an assignment, this makes `__proto__` a name like any other. */
const frozenFields = (entries: readonly (readonly [string, JudgedField])[]): Judged =>
  Object.freeze(Object.fromEntries(entries));

const stopped = (state: 'replayed' | 'expired' | 'forged', value: unknown): JudgedField =>
  Object.freeze({ state, value: typeof value === 'string' ? value : '' });

/** The order matters: a seal of another session says nothing more. */
async function verdictOf(
  { clock, store, form, service, ...keys }: Context,
  sessionBinding: string,
  text: unknown,
): Promise<Verdict> {
  const sealed = await openSeal(keys, text);
  if (sealed === undefined) return 'forged';
  if (sealed.binding !== bindingOf([service.purpose.id, form, sessionBinding])) return 'replayed';
  // Also where the clock returns no time.
  if (!(clock.now() < sealed.expiresAt)) return 'expired';
  return (await store?.get(storeScope(), storeKey(sealed))) ? 'replayed' : sealed;
}

const storeKey = ({ id }: OpenedSeal) => `prefill:${id}`;
const storeScope = () => ({ stage: 'store', signal: new AbortController().signal }) as const;

function judgeField(
  { normalize }: Context,
  { fields, terms }: Sealed,
  name: string,
  given: unknown,
): JudgedField {
  const field = own(fields, name);
  const value = given ?? '';
  if (field === undefined || typeof value !== 'string') return stopped('forged', value);
  const origin: SealedOrigin = frozenJson({ ...field.origin, ...terms });
  const filled = field.value;
  const isSame =
    filled === value || compared(normalize, filled, name) === compared(normalize, value, name);
  return isSame
    ? Object.freeze({ state: 'unchanged', value: filled, origin })
    : Object.freeze({ state: 'edited', value, filled, origin });
}

/** Returns the text by which a value is compared. Browsers send a line break as CRLF. */
function compared(normalize: PrefillOptions['normalize'], value: string, name: string): string {
  const text = value.replaceAll(/\r\n?/g, '\n');
  if (normalize === undefined) return text;
  const expected = { en: 'It must return a text.', ja: '文字列を返す関数を指定してください。' };
  const normal = hostCall('options.normalize', () => normalize(text, name), expected);
  if (typeof normal !== 'string') throw invalidOption('options.normalize', expected);
  return normal;
}

async function accept(context: Context, form: SubmittedForm): Promise<Judged> {
  const { store } = context;
  if (store === undefined) throw new SelfInfoError('missing_option', { path: 'options.store' });
  const { fields, intact } = await judge(context, form);
  if (intact === undefined) return fields;
  try {
    await store.put(storeScope(), storeKey(intact), 'accepted', intact.expiresAt);
    return fields;
  } catch (error) {
    if (!isSelfInfoError(error, 'store_key_exists')) throw error;
    // Another call accepted it meanwhile.
    const replayed = ([name, { value }]: [string, JudgedField]) =>
      [name, stopped('replayed', value)] as const;
    return frozenFields(Object.entries(fields).map(replayed));
  }
}
