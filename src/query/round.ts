import { invalidResponse, ofCall, SelfInfoError } from '../foundation/errors.js';
import type { CallBounds } from '../net/http.js';
import { LONGEST_BODY_BYTES } from '../net/limits.js';
import { type Budget, createBudget } from '../wire/codec-value.js';
import type { WireItem, WireResult, WireRunning } from '../wire/messages.js';
import { rebuildResult } from '../wire/rebuild.js';
import { callCodec } from './codec-call.js';
import {
  checkAccepted,
  openReply,
  prepare,
  type ReadContext,
  send,
  type WireSession,
} from './exchange.js';
import type { Process } from './request.js';

const MOST_PAGES = 1_000;

/** What one round of polls found: a result, and when the portal wants to be asked again. */
export interface Round {
  readonly result: WireResult;
  readonly retryAt: number | undefined;
  /** Our id of the call that said so, if it was one call of this client. */
  readonly requestId?: string | undefined;
}

/** Polls the processes of one retrieval. */
export interface Rounds {
  /** Polls once every process that has not ended. */
  poll(attempt: number, bounds: CallBounds & { readonly signal: AbortSignal }): Promise<Round>;
}

const WORKING: readonly string[] = ['accepted', 'running'];

/** How much the results of one retrieval may still hold, with all processes and pages. */
interface Allowance {
  readonly budget: Budget;
  bytes: number;
}

/** Creates the rounds of a retrieval. What has ended is not asked again. */
export function createRounds(session: WireSession, processes: readonly Process[]): Rounds {
  const ended = new Map<string, Round>();
  let left: Allowance = { budget: createBudget(), bytes: LONGEST_BODY_BYTES };
  return {
    async poll(attempt, bounds) {
      let waiting: Round | undefined;
      for (const process of processes) {
        if (ended.has(process.id)) continue;
        // What a process spends counts only once it has ended: until then nothing is kept of it.
        const allowance = { budget: { ...left.budget }, bytes: left.bytes };
        const round = await pollProcess(session, process, attempt, allowance, bounds);
        const { status } = round.result;
        if (status === 'busy') return round;
        if (!WORKING.includes(status)) {
          ended.set(process.id, round);
          left = allowance;
        } else if (waiting === undefined || (round.retryAt ?? 0) > (waiting.retryAt ?? 0))
          waiting = round;
      }
      return waiting ?? joined(processes, ended);
    },
  };
}

/** Joins the results of all processes. A process that failed fails its items. */
function joined(processes: readonly Process[], ended: ReadonlyMap<string, Round>): Round {
  const results = processes.map(({ id, codes }) => ({ codes, ...(ended.get(id) as Round) }));
  checkOwners(results);
  const [first] = results;
  const isOne = results.length === 1 || results.every(({ result }) => result.status !== 'done');
  if (first && isOne)
    return { result: first.result, retryAt: undefined, requestId: first.requestId };
  const result: WireResult = {
    status: 'done',
    items: results.flatMap(({ codes, result }) =>
      result.status === 'done' ? result.items : codes.map((code) => failedItem(code, result)),
    ),
    extras: Object.assign({}, ...results.map(({ result }) => result.extras)),
  };
  return { result, retryAt: undefined };
}

/** Checks that no process answers an item code of another one. */
function checkOwners(
  results: readonly { readonly codes: readonly string[]; readonly result: WireResult }[],
): void {
  const owners = new Map(results.flatMap(({ codes }, at) => codes.map((code) => [code, at])));
  for (const [at, { result }] of results.entries())
    if (result.items.some(({ code }) => (owners.get(code) ?? at) !== at)) throw contradictory();
}

function failedItem(code: string, { status }: WireResult): WireItem {
  return { code, status: 'failed', records: [], missing: [], failure: status, extras: {} };
}

/** Polls one process, page by page. */
async function pollProcess(
  session: WireSession,
  process: Process,
  attempt: number,
  allowance: Allowance,
  bounds: CallBounds & { readonly signal: AbortSignal },
): Promise<Round> {
  const seen = new Set<string>();
  let whole: WireResult | undefined;
  for (let cursor: string | undefined; ; ) {
    const page = await pollPage(session, process, attempt, cursor, allowance, bounds);
    if (allowance.bytes < 0) throw invalidPages();
    // A page that is not done, such as one that is not ready yet, speaks for the whole result.
    if (page.result.status !== 'done') return page;
    cursor = page.result.cursor;
    if (whole !== undefined || cursor !== undefined) checkRepeats(page.result);
    whole = whole ? joinPages(whole, page.result) : page.result;
    if (cursor === undefined) return { ...page, result: whole };
    if (seen.has(cursor) || seen.size >= MOST_PAGES - 1) throw invalidPages();
    seen.add(cursor);
  }
}

function invalidPages(): SelfInfoError {
  return invalidResponse(
    {
      en: 'it has too many pages, too much data, or the same page twice.',
      ja: 'ページ数またはデータ量が多すぎるか、同じページが2回指定されています。',
    },
    { stage: 'result', effect: 'none' },
  );
}

/** Appends a page. An item that goes on has the same status on both pages. */
function joinPages(before: WireResult, next: WireResult): WireResult {
  const items = new Map(before.items.map((item) => [item.code, item]));
  for (const item of next.items) {
    const begun = items.get(item.code);
    if (begun && begun.status !== item.status) throw contradictory();
    items.set(
      item.code,
      begun
        ? {
            ...begun,
            records: [...begun.records, ...item.records],
            missing: [...begun.missing, ...item.missing],
            extras: { ...begun.extras, ...item.extras },
          }
        : item,
    );
  }
  return { ...before, items: [...items.values()], extras: { ...before.extras, ...next.extras } };
}

function contradictory(): SelfInfoError {
  return invalidResponse(
    { en: 'its pages contradict each other.', ja: 'ページの内容が互いに矛盾しています。' },
    { stage: 'result', effect: 'none' },
  );
}

/** Checks that a page holds no item twice: one of the two would be lost, or hide the other. */
function checkRepeats({ items }: WireResult): void {
  if (new Set(items.map(({ code }) => code)).size !== items.length) throw contradictory();
}

/** Asks once for a page of a result. */
async function pollPage(
  session: WireSession,
  { id, codes }: Process,
  attempt: number,
  cursor: string | undefined,
  allowance: Allowance,
  bounds: CallBounds & { readonly signal: AbortSignal },
): Promise<Round> {
  const { profile, clock } = session;
  const { codec } = profile;
  const facts = { stage: 'result', codes, attempt, processId: id } as const;
  const ready = await prepare(
    session,
    'encodePoll',
    facts,
    (context) => codec.encodePoll(id, context, cursor),
    bounds.signal,
  );
  const reply = await send(session, ready, bounds);
  const { requestId } = ready.context;
  const read: ReadContext = {
    profile,
    context: ready.context,
    reply,
    bounds: { clock, signal: bounds.signal, stage: 'result', effect: 'none' },
  };
  return ofCall(requestId, async () => ({
    ...(await readPage(session, read, id, allowance)),
    requestId,
  }));
}

/** Reads a page of a result, which must be of this process. */
async function readPage(
  { profile }: WireSession,
  read: ReadContext,
  id: string,
  allowance: Allowance,
): Promise<Round> {
  const { context, reply } = read;
  const { codec } = profile;
  await checkAccepted(read);
  const decoded = await callCodec<WireResult | WireRunning>(
    profile,
    'decodeResult',
    read.bounds,
    () => codec.decodeResult(openReply(read), context),
    (value, signal) => rebuildResult(value, allowance.budget, signal),
  );
  const result: WireResult = Object.hasOwn(decoded, 'running')
    ? { ...(decoded as WireRunning), status: 'running', items: [], extras: {} }
    : (decoded as WireResult);
  if (result.processId !== undefined && result.processId !== id)
    throw new SelfInfoError('process_mismatch');
  for (const { byteLength } of reply.body) allowance.bytes -= byteLength;
  return { result, retryAt: result.retryAt ?? reply.retryAt };
}
