import type { Outlook } from '../calendar/engine/outlook.js';
import { reasonsOf, spanName, stateNames, states } from '../calendar/print/wording.js';
import type { Segment } from '../calendar/results.js';
import { serverRow } from '../catalog/lookup.js';
import { quoted, UsageError } from './arguments.js';
import { type Tools, type TypedTarget, withArgument } from './calendar-tools.js';

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
 * next windows at risk.
 */
export function outlookText(outlook: TypedOutlook, tools: Tools): string {
  const { target, share, risks, safest } = outlook;
  const { lang } = tools;
  const shares = states.map((state) => `${stateNames[state][lang]} ${percent(share[state])}`);
  const longest = safest ? spanName(safest.startMs, safest.endMs, lang) : '-';
  const lines = [
    target,
    `  ${shares.join(lang === 'ja' ? '、' : ', ')}`,
    lang === 'ja' ? `  最も長い運用時間: ${longest}` : `  longest open window: ${longest}`,
    ...unknownLine(outlook, tools),
    ...risks.slice(0, MOST_RISKS).flatMap((risk) => riskLines(risk, tools)),
  ];
  const others = risks.length - MOST_RISKS;
  if (others > 0) lines.push(lang === 'ja' ? `  ほか ${others} 件` : `  and ${others} more`);
  return `${lines.join('\n')}\n`;
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

function riskLines(risk: Segment, { lang }: Tools): string[] {
  const outages = risk.causes.filter(({ kind }) => kind !== 'hours');
  return [
    `  - ${spanName(risk.startMs, risk.endMs, lang)} ${stateNames[risk.state][lang]}`,
    ...reasonsOf([{ causes: outages, undone: [] }], lang).map(({ text }) => `      ${text}`),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
