import { formatInstant } from '../../foundation/time.js';
import type { Attempt, SandboxContext } from '../context.js';
import type { JournalEntry } from '../journal.js';
import { jsonResponse } from '../portal/bodies.js';
import { Refusal } from '../portal/refusals.js';
import { html, type Markup, nothing, page } from './frame.js';

/**
 * The paths that the sandbox serves beside the portal, on the origin of its pages: its health, and to
 * loopback only a page that shows its state, and what a program reads and changes. `openapi`
 * describes the latter.
 *
 * @example
 * ```ts
 * import { controlPaths, type StartedSandbox } from 'myna-selfinfo/sandbox';
 * const advance = (sandbox: StartedSandbox, advanceMs: number) =>
 *   fetch(sandbox.browserUrl + controlPaths.clock, {
 *     method: 'POST',
 *     headers: { 'content-type': 'application/json' },
 *     body: JSON.stringify({ advanceMs }),
 *   });
 * ```
 */
export const controlPaths = {
  start: '/',
  health: '/sandbox/health',
  openapi: '/sandbox/openapi.json',
  journal: '/sandbox/journal',
  clock: '/sandbox/clock',
  faults: '/sandbox/faults',
  personas: '/sandbox/personas',
  registrations: '/sandbox/registrations',
  connection: '/sandbox/connection',
  announcements: '/sandbox/announcements',
  notices: '/sandbox/notices',
  rule: '/sandbox/rule',
  reset: '/sandbox/reset',
} as const;

/** Whether the sandbox is ready. */
export const healthRoute = {
  path: controlPaths.health,
  method: 'GET',
  handle: async () => jsonResponse({ status: 'ok' }),
} as const;

/** The route of the start page. */
export const startRoute = { path: controlPaths.start, method: 'GET', handle: startPage } as const;

const SHOWN = 500;

/** Shows a person the state of a sandbox, in both languages. */
async function startPage(
  context: SandboxContext,
  _request: Request,
  { remote }: Attempt,
): Promise<Response> {
  if (remote) throw new Refusal('not_for_remote');
  const { clients, personas, journal, baseClock, origins } = context;
  const registered = [...clients.values()].map(({ clientId, name, redirectUris, items }) => [
    html`<code>${clientId}</code>`,
    html`${name}`,
    html`${redirectUris.join(' ')}`,
    html`${[...items.values()].map(({ detail }) => detail).join(' ')}`,
  ]);
  const citizens = [...personas.values()].map(({ id, name, pin, card = '' }) => [
    html`<code>${id}</code>`,
    html`${name}`,
    html`${pin}`,
    html`${card}`,
  ]);
  return page('ja', {
    title: 'サンドボックス / Sandbox',
    wide: true,
    body: html`<h1>サンドボックス / Sandbox</h1>
<p>${formatInstant(baseClock.now())}<br><code>${origins.browserUrl}</code><br><code>${origins.apiUrl}</code></p>
${table('登録 / Registrations', ['client_id', 'サービス / service', 'redirect_uri', '項目 / items'], registered)}
${table('利用者 / Personas', ['id', '氏名 / name', '暗証番号 / PIN', 'カード / card'], citizens)}
<p>記録は新しい順に最大${SHOWN}件。秘密の値と個人情報は含みません。<br><span lang="en">The newest ${SHOWN} entries of the journal at most, newest first. They contain no secrets and no personal data.</span></p>
${journalTable(journal.entries)}
<p><a href="${origins.browserUrl}${controlPaths.openapi}">OpenAPI</a></p>`,
  });
}

function journalTable(entries: readonly JournalEntry[]): Markup {
  const rows = entries
    .slice(-SHOWN)
    .reverse()
    .map((entry) => {
      const { at, step, outcome, checked, code = '', fault, reason, reasonJa } = entry;
      const { clientId = '' } = entry;
      const why =
        reasonJa === undefined || reason === undefined
          ? nothing
          : html`${reasonJa}<br><span lang="en">${reason}</span>`;
      const injected = fault === undefined ? nothing : html` fault: ${fault}`;
      return [
        html`${at}`,
        html`${step}`,
        html`${outcome}`,
        html`${clientId}`,
        html`<code>${code}</code>${injected}`,
        why,
        html`${checked.join(' ')}`,
      ];
    });
  const heads = [
    '時刻 / time',
    'ステップ / step',
    '結果 / outcome',
    'クライアント / client',
    'コード / code',
    '理由 / reason',
    '確認したこと / checked',
  ];
  return table('記録 / Journal', heads, rows);
}

function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly Markup[])[],
): Markup {
  return html`<h2>${title}</h2>
<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
</tbody></table></div>`;
}
