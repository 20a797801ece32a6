import type { Outlook } from '../calendar/engine/outlook.js';
import { reasonsOf, spanName, stateNames, states } from '../calendar/print/wording.js';
import type { Segment } from '../calendar/results.js';
import { serverRow } from '../catalog/lookup.js';
import { quoted, UsageError } from './arguments.js';
import { stateStyles, type Tools, type TypedTarget, withArgument } from './calendar-tools.js';
import { table, wrap } from './frame/wrap.js';

interface TypedOutlook extends Outlook {
  readonly target: string;
}

const MOST_RISKS = 10;

/** Reads `--outlook`. */
export function readDays(typed: string): number {
  if (/^[1-9]\d{0,3}$/.test(typed)) return Number(typed);
  throw new UsageError({
    ja: `--outlook には日数を指定してください: ${quoted(typed)}`,
    en: `--outlook takes a number of days: ${quoted(typed)}`,
  });
}

/** Returns the outlooks of targets for the days from an instant. */
export function outlooksOf(
  targets: readonly TypedTarget[],
  atMs: number,
  days: number,
  { calendar }: Tools,
): readonly TypedOutlook[] {
  if (targets.length === 0)
    throw new UsageError({
      ja: '--outlook には対象を1つ以上指定してください。',
      en: '--outlook needs at least one target.',
    });
  return targets.map(({ typed, target }) => ({
    target: typed,
    ...withArgument('--outlook', () => calendar.outlook(target, { from: atMs, days })),
  }));
}

/**
 * Describes an outlook: the shares, the longest open window, the servers with unknown hours, and the
 * next windows at risk. Each reason is written once, with a number.
 */
export function outlookText(outlook: TypedOutlook, tools: Tools): string {
  const { target, share, risks, safest } = outlook;
  const { lang, terminal } = tools;
  const shares = states.map(
    (state) =>
      `${terminal.paint(stateStyles[state], stateNames[state][lang])} ${percent(share[state])}`,
  );
  const longest = safest ? spanName(safest.startMs, safest.endMs, lang) : '-';
  const reasons: string[] = [];
  const rows = risks.slice(0, MOST_RISKS).map((risk) => riskRow(risk, reasons, tools));
  const others = risks.length - MOST_RISKS;
  const lines = [
    terminal.paint('bold', target),
    `  ${shares.join(lang === 'ja' ? '、' : ', ')}`,
    lang === 'ja' ? `  最も長い運用時間: ${longest}` : `  longest open window: ${longest}`,
    ...unknownLine(outlook, tools),
    ...(rows.length === 0 ? [] : [table(rows, { columns: undefined }).trimEnd()]),
    ...(others > 0 ? [lang === 'ja' ? `  ほか ${others} 件` : `  and ${others} more`] : []),
    ...reasons.map((text, index) => `  [${index + 1}] ${text}`),
  ];
  return `${wrap(lines.join('\n'), terminal.columns, '    ')}\n`;
}

function unknownLine({ unknownHours }: Outlook, { calendar, lang }: Tools): string[] {
  if (unknownHours.length === 0) return [];
  const names = unknownHours.map((server) => serverRow(server, calendar.catalog)[lang]);
  return [
    lang === 'ja'
      ? `  運用時間が公表されていないサーバ（割合に含まない）: ${names.join('、')}`
      : `  hours not published, left out of the shares: ${names.join(', ')}`,
  ];
}

/** Returns the row of a window at risk: span, state, numbers of its reasons. */
function riskRow(risk: Segment, reasons: string[], { lang, terminal }: Tools): string[] {
  const outages = risk.causes.filter(({ kind }) => kind !== 'hours');
  const numbers = reasonsOf([{ causes: outages, undone: [] }], lang).map(({ text }) => {
    if (!reasons.includes(text)) reasons.push(text);
    return `[${reasons.indexOf(text) + 1}]`;
  });
  return [
    `- ${spanName(risk.startMs, risk.endMs, lang)}`,
    terminal.paint(stateStyles[risk.state], stateNames[risk.state][lang]),
    numbers.join(' '),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
