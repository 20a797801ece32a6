import { invalidResponse, SelfInfoError } from '../foundation/errors.js';
import type { CallBounds } from '../net/http.js';
import { LONGEST_BODY_BYTES } from '../net/limits.js';
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

/** How often a result may go on, on another page. */
const MOST_PAGES = 1_000;

/** What one round of polls found: a result, and when the portal wants to be asked again. */
export interface Round {
  readonly result: WireResult;
  readonly retryAt: number | undefined;
}

/** Polls the processes of one retrieval. */
export interface Rounds {
  /** Polls once every process that has not ended. */
  poll(attempt: number, bounds: CallBounds & { readonly signal: AbortSignal }): Promise<Round>;
}

const WORKING: readonly string[] = ['accepted', 'running'];

/** Creates the rounds of a retrieval. What has ended is not asked again. */
export function createRounds(session: WireSession, processes: readonly Process[]): Rounds {
  const ended = new Map<string, WireResult>();
  return {
    async poll(attempt, bounds) {
      let waiting: Round | undefined;
      for (const process of processes) {
        if (ended.has(process.id)) continue;
        const round = await pollProcess(session, process, attempt, bounds);
        const { status } = round.result;
        if (status === 'busy') return round;
        if (!WORKING.includes(status)) ended.set(process.id, round.result);
        else if (waiting === undefined || (round.retryAt ?? 0) > (waiting.retryAt ?? 0))
          waiting = round;
      }
      return waiting ?? { result: joined(processes, ended), retryAt: undefined };
    },
  };
}

/** Joins the results of all processes. A process that failed fails its items. */
function joined(processes: readonly Process[], ended: ReadonlyMap<string, WireResult>): WireResult {
  const results = processes.map(({ id, codes }) => ({
    codes,
    result: ended.get(id) as WireResult,
  }));
  const [first] = results;
  const isOne = results.length === 1 || results.every(({ result }) => result.status !== 'done');
  if (first && isOne) return first.result;
  return {
    status: 'done',
    items: results.flatMap(({ codes, result }) =>
      result.status === 'done' ? result.items : codes.map((code) => failedItem(code, result)),
    ),
    extras: Object.assign({}, ...results.map(({ result }) => result.extras)),
  };
}

function failedItem(code: string, { status }: WireResult): WireItem {
  return { code, status: 'failed', records: [], missing: [], failure: status, extras: {} };
}

/** Polls one process, page by page. */
async function pollProcess(
  session: WireSession,
  process: Process,
  attempt: number,
  bounds: CallBounds & { readonly signal: AbortSignal },
): Promise<Round> {
  const seen = new Set<string>();
  let whole: WireResult | undefined;
  let size = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await pollPage(session, process, attempt, cursor, bounds);
    size += page.size;
    whole = whole ? joinPages(whole, page.result) : page.result;
    cursor = page.result.cursor;
    if (cursor === undefined || whole.status !== 'done')
      return { result: whole, retryAt: page.retryAt };
    if (seen.has(cursor) || seen.size >= MOST_PAGES || size > LONGEST_BODY_BYTES)
      throw invalidPages();
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
  if (next.status !== 'done') throw contradictory();
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

/** Asks once for a page of a result. */
async function pollPage(
  session: WireSession,
  { id, codes }: Process,
  attempt: number,
  cursor: string | undefined,
  bounds: CallBounds & { readonly signal: AbortSignal },
): Promise<Round & { readonly size: number }> {
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
  const read: ReadContext = {
    profile,
    context: ready.context,
    reply,
    bounds: { clock, signal: bounds.signal, stage: 'result', effect: 'none' },
  };
  await checkAccepted(read);
  const decoded = await callCodec<WireResult | WireRunning>(
    profile,
    'decodeResult',
    read.bounds,
    () => codec.decodeResult(openReply(read), ready.context),
    rebuildResult,
  );
  const result: WireResult = Object.hasOwn(decoded, 'running')
    ? { ...(decoded as WireRunning), status: 'running', items: [], extras: {} }
    : (decoded as WireResult);
  if (result.processId !== undefined && result.processId !== id)
    throw new SelfInfoError('process_mismatch');
  const size = reply.body.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { result, retryAt: result.retryAt ?? reply.retryAt, size };
}
