import { randomUUID, X509Certificate } from 'node:crypto';
import { invalidClock } from '../foundation/clock.js';
import { type Scope, withinScope } from '../foundation/deadline.js';
import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { formatInstant } from '../foundation/time.js';
import { checkValidity } from '../net/tls.js';
import { ENTRY_VERSION } from '../query/secret.js';
import type { BoundStore } from '../stores/bound.js';
import { currentAvailability, ready } from './consent-flow.js';
import type { ClientContext } from './context.js';
import type { CheckedPart, ClientCheck } from './operations.js';
import { invalidEntry } from './pending.js';
import { checkSubmitOptions } from './retrieval-flow.js';
import type { SubmitOptions } from './types.js';

/** Time limit of all calls to the store together. */
const STORE_MS = 5_000;
/** How long the entry lives if it could not be deleted. */
const ENTRY_MS = 60_000;
const OK: CheckedPart = Object.freeze({ ok: true });

/** Checks whether a client could serve a citizen now. */
export async function check(
  context: ClientContext,
  options: SubmitOptions = {},
): Promise<ClientCheck> {
  const signal = checkSubmitOptions(options);
  return context.calls.run('check', signal, async (scope) => {
    const now = context.clock.now();
    if (!Number.isFinite(now)) throw invalidClock();
    const credential = checkCertificate(context);
    const calendar = checkCalendar(context, now);
    const [store, portal] = await Promise.all([
      part(() => checkStore(context, now, scope)),
      checkPortal(context, scope),
    ]);
    context.calls.checkOpen();
    if (scope.signal.aborted) throw new SelfInfoError('aborted', ABORTED);
    const ok = [credential, calendar, store, portal].every((one) => one.ok);
    return Object.freeze({ ok, at: formatInstant(now), credential, calendar, store, portal });
  });
}

const ABORTED = { stage: 'check', effect: 'none', retry: { safe: true } } as const;

/** Runs the work of a part. Returns what it throws as a result. */
async function part(work: () => Promise<void>): Promise<CheckedPart> {
  try {
    await work();
    return OK;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): CheckedPart {
  const known = isSelfInfoError(error) ? error : new SelfInfoError('internal_error', ABORTED);
  return Object.freeze({ ok: false, error: known });
}

function checkCertificate({ newest, clock }: ClientContext): ClientCheck['credential'] {
  const { tls } = newest;
  if (tls === undefined) return OK;
  const certificate = new X509Certificate(tls.cert);
  const notAfter = formatInstant(Date.parse(certificate.validTo));
  if (tls.allowCertificateOutsideItsValidityPeriod === true)
    return Object.freeze({ ok: true, notAfter });
  try {
    checkValidity(certificate, 'options.tls.cert', clock);
    return Object.freeze({ ok: true, notAfter });
  } catch (error) {
    return Object.freeze({ ...failed(error), notAfter });
  }
}

function checkCalendar(context: ClientContext, now: number): ClientCheck['calendar'] {
  let period = {};
  try {
    const { fromMs, toMs, officialUntilMs } = context.currentCalendar();
    // A calendar that createCalendar did not make may lack them.
    if ([fromMs, toMs, officialUntilMs].every(Number.isFinite))
      period = {
        from: formatInstant(fromMs),
        to: formatInstant(toMs),
        officialUntil: formatInstant(officialUntilMs),
      };
    currentAvailability(context, { at: now });
    return Object.freeze({ ok: true, ...period });
  } catch (error) {
    return Object.freeze({ ...failed(error), ...period });
  }
}

/** Checks the store. An abort ends only the wait, because a call cut short would leave an entry. */
async function checkStore({ store, clock }: ClientContext, now: number, scope: Scope) {
  const { signal } = new AbortController();
  const trip: Scope = { stage: scope.stage, signal, deadline: now + STORE_MS };
  await withinScope(scope, clock, Number.POSITIVE_INFINITY, () => roundTrip(store, now, trip));
}

/** Puts, reads, takes and deletes an entry, as a consent and its retrieval do. */
async function roundTrip(store: BoundStore, now: number, scope: Scope) {
  const key = `check:${randomUUID()}`;
  const value = JSON.stringify({ v: ENTRY_VERSION, check: true });
  try {
    await store.put(scope, key, value, now + ENTRY_MS);
    for (const found of [await store.get(scope, key), await store.take(scope, key)])
      if (typeof found !== 'object' || found === null || found.value !== value)
        throw invalidEntry();
  } catch (error) {
    // A put that failed may have stored the entry. The check does not wait for this delete.
    void store.delete(scope, key).catch(() => undefined);
    throw error;
  }
  await store.delete(scope, key);
}

async function checkPortal(
  context: ClientContext,
  { signal }: Scope,
): Promise<ClientCheck['portal']> {
  const { transport } = context;
  const checked = await part(async () => {
    await ready(context);
    await transport.probe?.(signal);
  });
  return transport.probe || !checked.ok ? checked : SKIPPED;
}

const SKIPPED = Object.freeze({ ok: true, skipped: true } as const);
