import type { Clock, VirtualClock } from '../../foundation/clock.js';
import { isSelfInfoError } from '../../foundation/errors.js';
import { formatInstant } from '../../foundation/time.js';
import type { Attempt, SandboxContext } from '../context.js';
import type { LogEntry } from '../log.js';
import { jsonResponse, readJson } from '../portal/bodies.js';
import { Refusal } from '../portal/refusals.js';
import { html, nothing, page } from './frame.js';

/**
 * The paths that the sandbox serves beside the portal, on the origin of its pages: its health, and
 * to loopback only the log as a page and its virtual clock.
 *
 * @example
 * ```ts
 * import { controlPaths, type StartedSandbox } from 'myna-selfinfo/sandbox';
 * const advance = (sandbox: StartedSandbox, advanceMs: number) =>
 *   fetch(new URL(controlPaths.clock, sandbox.browserUrl), {
 *     method: 'POST',
 *     headers: { 'content-type': 'application/json' },
 *     body: JSON.stringify({ advanceMs }),
 *   });
 * ```
 */
export const controlPaths = {
  health: '/sandbox/health',
  log: '/sandbox/log',
  clock: '/sandbox/clock',
} as const;

/** The end of the year 9999: later instants have no common format. */
const LAST_MS = Date.UTC(9999, 11, 31);

type Control = (
  context: Pick<SandboxContext, 'clock' | 'baseClock' | 'log'>,
  request: Request,
) => Promise<Response> | Response;

/** The routes of health, log and clock. The log is a page; programs call the others. */
export const controlRoutes = [
  {
    path: controlPaths.health,
    method: 'GET',
    machine: true,
    handle: async () => jsonResponse({ status: 'ok' }),
  },
  {
    path: controlPaths.log,
    method: 'GET',
    machine: false,
    handle: onLoopback(({ log }) => logPage(log.entries)),
  },
  { path: controlPaths.clock, method: 'GET', machine: true, handle: onLoopback(showTime) },
  { path: controlPaths.clock, method: 'POST', machine: true, handle: onLoopback(moveTime) },
] as const;

function onLoopback(control: Control) {
  return async (
    context: SandboxContext,
    request: Request,
    { remote }: Attempt,
  ): Promise<Response> => {
    if (remote) throw new Refusal('not_for_remote');
    return control(context, request);
  };
}

function showTime({ clock, baseClock }: Pick<SandboxContext, 'clock' | 'baseClock'>): Response {
  virtualClock(baseClock);
  const now = clock.now();
  return jsonResponse({ now: formatInstant(now), epochMs: now });
}

// JSON only: a page of another origin cannot send it without a preflight request.
async function moveTime(
  context: Pick<SandboxContext, 'clock' | 'baseClock'>,
  request: Request,
): Promise<Response> {
  const { clock, baseClock } = context;
  const virtual = virtualClock(baseClock);
  const order = await readJson(request);
  const [[name, value] = [], ...more] =
    typeof order === 'object' && order !== null ? Object.entries(order) : [];
  if (more.length > 0) throw new Refusal('clock_order_invalid');
  try {
    if (name === 'set' && typeof value === 'string') virtual.set(value);
    else if (name === 'advanceMs' && typeof value === 'number' && clock.now() + value <= LAST_MS)
      virtual.advance(value);
    else throw new Refusal('clock_order_invalid');
  } catch (error) {
    throw isSelfInfoError(error) ? new Refusal('clock_order_invalid') : error;
  }
  return showTime(context);
}

function virtualClock(clock: Clock): VirtualClock {
  if ('set' in clock && 'advance' in clock) return clock as VirtualClock;
  throw new Refusal('clock_not_virtual');
}

const SHOWN = 500;

/** Returns the newest entries as a page in both languages. */
function logPage(entries: readonly LogEntry[]): Response {
  const rows = entries
    .slice(-SHOWN)
    .reverse()
    .map(({ at, step, outcome, code = '', fault, reason, reasonJa, clientId = '' }) => {
      const why =
        reasonJa === undefined || reason === undefined
          ? nothing
          : html`${reasonJa}<br><span lang="en">${reason}</span>`;
      const injected = fault === undefined ? nothing : html` fault: ${fault}`;
      const cells = [
        html`${at}`,
        html`${step}`,
        html`${outcome}`,
        html`${clientId}`,
        html`<code>${code}</code>${injected}`,
        why,
      ];
      return html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
    });
  const heads = [
    '時刻 / time',
    'ステップ / step',
    '結果 / outcome',
    'クライアント / client',
    'コード / code',
    '理由 / reason',
  ];
  return page('ja', {
    title: '記録 / Log',
    wide: true,
    body: html`<h1>記録 / Log</h1>
<p>新しい順に最大${SHOWN}件。秘密の値と個人情報は含みません。<br><span lang="en">The newest ${SHOWN} entries at most, newest first. They contain no secrets and no personal data.</span></p>
<div class="scroll" role="region" aria-label="記録 / Log" tabindex="0"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${rows}
</tbody></table></div>`,
  });
}
