import type { Language } from '../../foundation/language.js';
import type { Page } from './browser.js';
import { headingOf, visibleText } from './html.js';
import type { Scene } from './scene.js';

const words = {
  browser: { ja: 'ブラウザ', en: 'browser ' },
  portal: { ja: 'マイナポータル（模擬）', en: 'portal (sandbox)' },
  app: { ja: 'アプリ', en: 'app' },
  calls: { ja: '通信', en: 'calls' },
  fault: { ja: '障害を注入', en: 'fault' },
} as const;

/** Returns what happened, step by step, without a value: names of parameters, statuses, headings. */
export function traceOf(scene: Scene, lang: Language): readonly string[] {
  const mask = maskerOf(scene);
  const label = (index: number) =>
    `${words.browser[lang]}${String.fromCharCode(65 + (index % 26))}`;
  const steps = scene.actors.flatMap(({ browser }, index) =>
    browser.pages.map((page) => {
      const where = words[page.portal ? 'portal' : 'app'][lang];
      const said = page.portal ? '' : screenOf(page, mask);
      return `${label(index)}: ${where} ${page.method} ${pathOf(page.url, mask)} → ${page.status}${said}`;
    }),
  );
  const calls = scene.journal
    .filter(({ step }) => step !== 'authorize' && step !== 'decide')
    .map(({ step, outcome, code, fault }) => {
      const why = [code, fault && `${words.fault[lang]} ${fault}`].filter(Boolean).join(', ');
      return `${words.calls[lang]}: ${step} → ${outcome}${why === '' ? '' : ` (${why})`}`;
    });
  return [...steps, ...calls]
    .reduce<readonly Folded[]>(fold, [])
    .map(({ line, times }) => line + timesIn(times));
}

interface Folded {
  readonly line: string;
  readonly times: number;
}

/** Counts a line that repeats the one before it. A deferred answer is polled many times. */
function fold(lines: readonly Folded[], line: string): readonly Folded[] {
  const last = lines.at(-1);
  return last?.line === line
    ? [...lines.slice(0, -1), { line, times: last.times + 1 }]
    : [...lines, { line, times: 1 }];
}

function timesIn(times: number): string {
  return times === 1 ? '' : ` ×${times}`;
}

type Mask = (text: string) => string;

function screenOf({ body, status }: Page, mask: Mask): string {
  if (status >= 300 && status < 400) return '';
  const said = mask(headingOf(body) || visibleText(body));
  const text = said.length > 60 ? `${said.slice(0, 60)}…` : said;
  return text === '' ? '' : ` 「${text}」`;
}

/** Returns a path without the values in it. */
function pathOf(url: URL, mask: Mask): string {
  const parts = url.pathname
    .split('/')
    .map((part) => (/^[\w.-]{0,40}$/.test(part) ? mask(part) : HIDDEN));
  const names = [...new Set(url.searchParams.keys())].map((name) =>
    /^[a-z_]{1,40}$/.test(name) ? `${name}=…` : '…',
  );
  return parts.join('/') + (names.length === 0 ? '' : `?${names.join('&')}`);
}

const HIDDEN = '■';

/** Returns a function that hides values of citizens, codes, numbers, and what looks like a secret. */
function maskerOf({ citizens, secrets, echo }: Scene): Mask {
  const values = [...citizens.flatMap((citizen) => citizen.values), ...secrets, echo]
    .map((value) => value.normalize('NFKC'))
    .sort((a, b) => b.length - a.length);
  return (text) =>
    values
      .reduce((masked, value) => masked.replaceAll(value, HIDDEN), text.normalize('NFKC'))
      // An error number (E-103, K-201) is not a personal value. The reader looks it up.
      .replaceAll(/[\w~+=-]{16,}|(?<!\b[EK]-)\d[\d,.]{2,}/g, HIDDEN)
      .replaceAll(/\p{C}+/gu, ' ');
}
