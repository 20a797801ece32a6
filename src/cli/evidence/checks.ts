import type { JournalStep } from '../../sandbox/journal.js';
import type { Texts } from '../arguments.js';
import { HostError, type Page, redirectOf } from './browser.js';
import type { Case } from './cases.js';
import type { Citizen } from './citizens.js';
import type { Config } from './config.js';
import { visibleText } from './html.js';
import { decodeSafely, shows } from './plays.js';
import type { Actor, Scene } from './scene.js';
import { wordings } from './wordings.js';

/** What one check found. `open`: a person must look. */
export interface Finding {
  readonly check: keyof typeof wordings;
  readonly result: 'passed' | 'failed' | 'open';
  readonly text: Texts;
}

/** Checks what was seen of a case. */
export function judge(played: Case, scene: Scene, config: Config): readonly Finding[] {
  const { stopped } = scene;
  if (stopped !== undefined) {
    const check = stopped instanceof HostError ? stopped.trouble : 'noPortal';
    return [finding(check, 'failed', stopped instanceof HostError ? '' : String(stopped.status))];
  }
  return [
    ...callsOf(played, scene),
    ...screensOf(played, scene),
    ...dataOf(played, scene),
    ...secretsOf(scene),
    ...textsOf(played, scene, config),
  ];
}

function finding(
  check: Finding['check'],
  result: Finding['result'] | boolean,
  seen: string | number = '',
  wanted: string | number = '',
): Finding {
  const { ja, en } = wordings[check];
  const fill = (text: string) =>
    text.replace('{wanted}', String(wanted)).replace('{seen}', String(seen));
  return {
    check,
    result: typeof result === 'string' ? result : result ? 'passed' : 'failed',
    text: { ja: fill(ja), en: fill(en) },
  };
}

function callsOf({ expect, play }: Case, { journal, collected }: Scene): readonly Finding[] {
  const count = (step: JournalStep) => journal.filter((entry) => entry.step === step).length;
  const [least, most] =
    typeof expect.token === 'number' ? [expect.token, expect.token] : expect.token;
  const [tokens, requests] = [count('token'), count('request')];
  const within = tokens >= least && tokens <= most;
  const often = least === most ? most : `${least}-${most}`;
  const asked = expect.request === undefined ? requests === tokens : requests === expect.request;
  return [
    finding(most === 0 ? 'noToken' : 'token', within, tokens, often),
    ...(most === 0 ? [] : [finding('request', asked, requests, expect.request ?? tokens)]),
    ...(expect.collected ? [finding('collected', collected)] : []),
    ...(play === 'replay' ? [finding('replayed', tokens === 1)] : []),
  ];
}

/** Checks the pages of the host on which callbacks ended, and all pages for errors. */
function screensOf({ expect }: Case, { actors, callbacks }: Scene): readonly Finding[] {
  const landings = actors.flatMap(({ landing }) => landing ?? []);
  const pages = landings.concat(actors.flatMap((actor) => afterCallback(actor, callbacks)));
  const worst = Math.max(0, ...pages.map(({ status }) => status));
  const left = landings.filter(({ url }) => url.searchParams.has('code'));
  const tells = left.some((page) => page.status < 300 || sendsReferrer(page));
  return [
    finding('screen', landings.length > 0 && landings.every(isReadable)),
    ...(expect.mayFail && worst >= 500 ? [] : [finding('status', worst < 500, worst)]),
    finding('internals', !pages.some(({ body }) => INTERNALS.test(body))),
    finding(left.length > 0 && !tells ? 'referrer' : 'address', !tells),
  ];
}

/** Whether other sites may get the address of a page. Where no policy is set, old browsers send it. */
function sendsReferrer({ headers }: Page): boolean {
  const [policy = ''] = (headers.get('referrer-policy') ?? '').toLowerCase().split(',').slice(-1);
  return ['', 'unsafe-url', 'no-referrer-when-downgrade'].includes(policy.trim());
}

const INTERNALS =
  /\bat (?:async )?(?:[\w.<>]+ )?\(?(?:file:|node:|\/)\S+:\d+:\d+|\b[A-Z]\w+Error: \S/;

function isReadable({ headers, body }: Page): boolean {
  const type = headers.get('content-type') ?? '';
  return /^(text\/(html|plain)|application\/xhtml)/i.test(type) && visibleText(body) !== '';
}

/** Returns what a browser got from the host from the first callback on. */
function afterCallback({ browser }: Actor, callbacks: ReadonlySet<string>): readonly Page[] {
  const from = browser.pages.findIndex(({ url }) => callbacks.has(url.href));
  return from === -1 ? [] : browser.pages.slice(from).filter(({ portal }) => !portal);
}

const marksOf = ({ persona, holders }: Citizen) => [persona.name, ...holders.flat()];

function dataOf({ expect, play }: Case, { actors, citizens }: Scene): readonly Finding[] {
  const all = actors.flatMap(({ browser }) => browser.pages.filter(({ portal }) => !portal));
  const strangers = actors.some(({ browser, citizen }) =>
    citizens
      .filter((other) => other !== citizen || expect.data === 'hidden')
      .flatMap(marksOf)
      .some((mark) => browser.pages.some((page) => !page.portal && shows(page, mark))),
  );
  const personal = all.filter((page) =>
    citizens.flatMap(marksOf).some((mark) => shows(page, mark)),
  );
  const stored = personal.filter(
    ({ headers }) => !/no-store/i.test(headers.get('cache-control') ?? ''),
  );
  const unasked = citizens.flatMap((citizen) => citizen.unasked);
  const zero = actors.some(({ landing }) => landing && ZERO.test(visibleText(landing.body)));
  const hidden = expect.data === 'hidden' ? 'hidden' : 'strangers';
  return [
    ...(hidden === 'hidden' || citizens.length > 1 || play === 'replay'
      ? [finding(hidden, !strangers)]
      : []),
    ...shownOf(expect.data, actors),
    ...(personal.length > 0 ? [finding('noStore', stored.length === 0)] : []),
    ...(expect.noZero ? [finding('zero', !zero)] : []),
    ...(unasked.length > 0
      ? [finding('unasked', !unasked.some((mark) => all.some((page) => shows(page, mark))))]
      : []),
  ];
}

// "0円という意味ではありません" is right.
const ZERO = /(?<![\d,.])0\s?円(?!という意味|を意味)|[¥￥]\s?0(?![\d,.])/;

function shownOf(data: Case['expect']['data'], actors: readonly Actor[]): readonly Finding[] {
  if (data === 'hidden' || data === 'own-only') return [];
  const seen = actors.flatMap(({ browser, citizen }) =>
    citizen === undefined
      ? []
      : [
          citizen.holders.map((marks) =>
            browser.pages.some((page) => !page.portal && marks.some((mark) => shows(page, mark))),
          ),
        ],
  );
  const wanted = seen.map((holders) => (data === 'open-holder' ? holders.slice(0, 1) : holders));
  if (!wanted.flat().includes(true)) return [finding('shown', 'open')];
  const findings = [
    finding(data === 'both-holders' ? 'both' : 'shown', wanted.flat().every(Boolean)),
  ];
  return data === 'open-holder' ? [...findings, finding('partial', 'open')] : findings;
}

/** Checks whether a page or an address has a code, a state, or what looks like a token. */
function secretsOf({ actors, secrets, callbacks, echo }: Scene): readonly Finding[] {
  const pages = actors.flatMap((actor) => afterCallback(actor, callbacks));
  const shown = pages.filter((page) => redirectOf(page) === undefined);
  const own = pages.filter(({ url }) => !callbacks.has(url.href));
  const leaks = [...secrets].some(
    (secret) =>
      shown.some(({ body }) => body.includes(secret)) ||
      own.some(({ url }) => decodeSafely(url.href).includes(secret)),
  );
  const opaque =
    shown.some(({ body }) => OPAQUE.test(visibleText(body))) ||
    own.some(({ url }) => OPAQUE.test(url.search));
  return [
    finding('secrets', !leaks),
    ...(opaque && !leaks ? [finding('opaque', 'open')] : []),
    ...(callbacksCarry(callbacks, echo)
      ? [finding('echo', !shown.some(({ body }) => body.includes(echo)))]
      : []),
  ];
}

const callbacksCarry = (callbacks: ReadonlySet<string>, echo: string) =>
  [...callbacks].some((url) => url.includes(echo));

/** As long as the tokens of the sandbox. */
const OPAQUE = /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{40,}(?![\w-])/;

/** Checks the texts that the configuration names. They decide what is open about the data. */
function textsOf({ id }: Case, { actors }: Scene, { cases = {} }: Config): readonly Finding[] {
  const { shows: wanted = [], hides = [] } = cases[id] ?? {};
  const text = actors
    .flatMap(({ landing }) => (landing ? [visibleText(landing.body)] : []))
    .join('\n');
  const has = (part: string) => text.includes(part.normalize('NFKC').replaceAll(/\s+/g, ' '));
  return [
    ...wanted.map((part) => finding('text', has(part), part)),
    ...hides.map((part) => finding('noText', !has(part), part)),
  ];
}

/** Returns the result of a case. */
export function resultOf(findings: readonly Finding[]): Finding['result'] {
  const results = findings.map(({ result }) => result);
  if (results.includes('failed')) return 'failed';
  const said = findings.some(({ check }) => check === 'text');
  const isOpen = ({ check, result }: Finding) =>
    result === 'open' && !(said && (check === 'shown' || check === 'partial'));
  return findings.some(isOpen) ? 'open' : 'passed';
}
