import { randomUUID } from 'node:crypto';
import type { Scope } from '../foundation/deadline.js';
import { invalidOption, isSelfInfoError } from '../foundation/errors.js';
import { notify } from '../foundation/listener.js';
import { checkFunction, readKeys } from '../foundation/options.js';
import { has, own } from '../foundation/own.js';
import { callCodec } from '../query/codec-call.js';
import { contextOf } from '../query/exchange.js';
import { isProcessId, type StoredAccepted } from '../query/request.js';
import type { Retrieval } from '../query/types.js';
import type { Environment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';
import { rebuildNotice } from '../wire/rebuild.js';
import { createReply } from '../wire/reply.js';
import type { ClientContext } from './context.js';
import type { NoticeOptions, NoticeOutcome } from './delivery.js';
import { EARLY_MS } from './hints.js';
import { type NoticeParts, type NoticeRequest, readNotice } from './notice-request.js';
import { acceptsNotices, noticingProfiles } from './noticing.js';
import { digest } from './pending.js';

/** The value of such an entry. Other entries hold the id of a retrieval. */
const EARLY = 'early';
const RECEIVED: NoticeOutcome = Object.freeze({ status: 'received' });

/** Receives a notice: brings the next poll of its retrieval forward. */
export async function receiveNotice(
  context: ClientContext,
  request: NoticeRequest,
  options: NoticeOptions = {},
): Promise<NoticeOutcome> {
  const { onNotice } = readKeys(options, 'options', {
    onNotice: true,
  } satisfies Record<keyof NoticeOptions, true>);
  checkFunction(onNotice, 'options.onNotice');
  const profiles = noticingProfiles(context.environment);
  if (profiles.length === 0)
    throw invalidOption('options.environment.profile.notices', {
      en: 'No profile of this environment has notices.',
      ja: 'この環境には、完了通知を使う通信プロファイルがありません。',
    });
  return context.calls.run('result', undefined, async (scope) => {
    const notice = await scope.aside(() => readNotice(request));
    if (notice === undefined) return { status: 'too-large' };
    const processId = await authenticate(context, profiles, notice, scope);
    const id = processId && (await findRetrieval(context, processId, scope));
    if (id) {
      context.hints?.give(id);
      notify(onNotice, () => id);
    }
    return RECEIVED;
  });
}

/** Returns the process that a notice is about, by the first profile that authenticates it. */
async function authenticate(
  { environment, clock }: ClientContext,
  profiles: readonly WireProfile[],
  { method, path, header, body }: NoticeParts,
  { signal }: Scope,
): Promise<string | undefined> {
  const { clientId } = environment;
  for (const profile of profiles) {
    const read = createReply(
      { status: 0, header, body: [body] },
      own(profile, 'numbers') ?? 'exact',
      signal,
    );
    // Each profile gets a copy of the body.
    const notice = { method, path, headers: read.headers, body: read.body, json: read.json };
    const now = clock.now();
    const context = contextOf({ profile, clientId }, { codes: [], attempt: 1 }, randomUUID(), now);
    try {
      const bounds = { clock, signal, stage: 'result', effect: 'none' } as const;
      const work = () => profile.codec.decodeNotice?.(notice, context);
      const { processId } = await callCodec(profile, 'decodeNotice', bounds, work, rebuildNotice);
      if (isProcessId(processId)) return processId;
    } catch {
      // A forged notice must look like any other from outside.
    }
  }
  return undefined;
}

/** Returns the key of a process: its digest, so that the store learns no process id. */
function noticeKey({ issuer, clientId }: Environment, processId: string): string {
  return `notice:${digest(JSON.stringify([issuer, clientId, processId]))}`;
}

/**
 * Returns the retrieval of a process. Keeps the notice for a while if there is none yet. Makes the
 * same calls of the store for a known and for an unknown process.
 */
async function findRetrieval(
  { environment, store, clock, hints }: ClientContext,
  processId: string,
  scope: Scope,
): Promise<string | undefined> {
  const key = noticeKey(environment, processId);
  const now = clock.now();
  const release = hints?.reserve(now);
  if (release)
    await store.put(scope, key, EARLY, now + EARLY_MS).catch((error: unknown) => {
      if (isSelfInfoError(error, 'store_key_exists')) release();
    });
  const found = await store.get(scope, key).catch(() => undefined);
  if (typeof found !== 'object' || found === null) return undefined;
  const { value, expiresAt } = found;
  return value === '' || value === EARLY || !(clock.now() < expiresAt) ? undefined : value;
}

/**
 * Stores by which processes a retrieval is found, so that a notice can bring its polls forward. A
 * failure is ignored: the retrieval is polled without notices too.
 */
export async function storeProcesses(
  context: ClientContext,
  profile: WireProfile,
  { id, expiresAt }: Retrieval,
  accepted: StoredAccepted,
  scope: Scope,
): Promise<void> {
  if (!acceptsNotices(profile) || !has(accepted, 'processes')) return;
  for (const process of accepted.processes) {
    const key = noticeKey(context.environment, process.id);
    const wasEarly = await storeProcess(context, key, id, Date.parse(expiresAt), scope);
    if (wasEarly) context.hints?.keep(id);
  }
}

/** Stores an entry in place of an early notice. Returns whether there was one that still counts. */
async function storeProcess(
  { store, clock }: ClientContext,
  key: string,
  id: string,
  expiresAt: number,
  scope: Scope,
): Promise<boolean> {
  let wasEarly = false;
  // A notice may come between any two calls of the store.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await store.put(scope, key, id, expiresAt);
      return wasEarly;
    } catch (error) {
      if (!isSelfInfoError(error, 'store_key_exists')) return wasEarly;
    }
    try {
      const found = await store.get(scope, key);
      if (typeof found === 'object' && found !== null && found.value === EARLY)
        wasEarly ||= clock.now() < found.expiresAt;
      await store.delete(scope, key);
    } catch {
      return wasEarly;
    }
  }
  return wasEarly;
}
