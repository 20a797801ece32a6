import { escapedText, foldedLine, utcStamp } from '../calendar/print/ical.js';
import { plain } from '../calendar/print/wording.js';
import { fingerprint } from '../foundation/fingerprint.js';
import { dayStart, formatDay, type Instant, parseDay, toEpochMs } from '../foundation/time.js';
import type { Plan, PlannedSpan, PlannedStep } from './plan.js';
import {
  actorNames,
  amountName,
  checkTextOptions,
  chosenSpan,
  conditionOf,
  documentNames,
  isUndated,
  type PlanTextOptions,
  procedureNames,
  sourceOf,
  spanText,
  type TextStyle,
  titleOf,
} from './wording.js';

/** Options of {@link toICalendar}. */
export interface PlanICalendarOptions extends PlanTextOptions {
  /** The DTSTAMP of every event. Default: the start of the plan's `today`. */
  readonly stamp?: Instant;
}

const labels = {
  due: { ja: '【提出】', en: '[hand in] ' },
  done: { ja: '【済】', en: '[done] ' },
  window: { ja: '開始〜完了期限', en: 'start – due' },
  slack: { ja: '余裕日数', en: 'days to spare' },
  to: { ja: '提出先', en: 'to' },
} as const;

/**
 * Writes a plan as an iCalendar text (RFC 5545). It has an all-day event for each step and one for
 * the day the plan is for. In a plan for a day, events have the latest dates; in a plan from a day,
 * the earliest. A step done on an unknown day has no event. Events do not block time (`TRANSPARENT`).
 *
 * An event keeps its UID when dates, durations or language change, while the procedure and the
 * `name` stay the same. So an updated feed moves the event.
 *
 * @param plan - the plan.
 * @param options - language, name of the service, and stamp.
 * @returns the text, to send as `text/calendar; charset=utf-8`.
 * @throws SelfInfoError `unknown_option`, `invalid_option`, `invalid_instant`, `invalid_date`;
 * TypeError.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { planOnboarding, toICalendar } from 'myna-selfinfo/onboarding';
 * const plan = planOnboarding({ goLive: '2027-04-01' });
 * writeFileSync('onboarding.ics', toICalendar(plan, { name: '住宅ローン事前審査' }));
 * ```
 */
export function toICalendar(plan: Plan, options: PlanICalendarOptions = {}): string {
  const style = checkTextOptions(plan, options, { stamp: true } satisfies Record<
    Exclude<keyof PlanICalendarOptions, keyof PlanTextOptions>,
    true
  >);
  const { lang, name } = style;
  const stamp = utcStamp(
    options.stamp === undefined
      ? dayStart(parseDay(plan.today, 'plan.today'))
      : toEpochMs(options.stamp, 'options.stamp'),
  );
  const service = fingerprint(name === undefined ? '' : plain(name));
  const title = escapedText(titleOf(plan, lang, name));
  const event = (
    id: string,
    { start, end }: PlannedSpan,
    summary: string,
    description: readonly string[],
  ): string[] => [
    'BEGIN:VEVENT',
    `UID:${plan.procedure}-${id}-${service}@myna-selfinfo`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${start.replaceAll('-', '')}`,
    `DTEND;VALUE=DATE:${formatDay(parseDay(end, 'end') + 1).replaceAll('-', '')}`,
    `SUMMARY:${escapedText(summary)}`,
    `DESCRIPTION:${description.map(escapedText).join('\\n')}`,
    'TRANSP:TRANSPARENT',
    'X-MICROSOFT-CDO-BUSYSTATUS:FREE',
    'END:VEVENT',
  ];
  const { goal, title: procedure } = procedureNames[plan.procedure];
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//myna-selfinfo//onboarding//${lang.toUpperCase()}`,
    'CALSCALE:GREGORIAN',
    `NAME:${title}`,
    `X-WR-CALNAME:${title}`,
    'X-WR-TIMEZONE:Asia/Tokyo',
    ...plan.steps.flatMap((step) => {
      if (isUndated(step)) return [];
      const handsIn = step.handling === 'hand-in' && step.documents;
      const due = step.done ? labels.done[lang] : handsIn ? labels.due[lang] : '';
      return event(
        step.id.toLowerCase(),
        chosenSpan(plan, step),
        `${due}${step.id} ${step[lang]}${conditionOf(step, lang)}`,
        describe(step, style),
      );
    }),
    ...event('goal', { start: plan.goal, end: plan.goal }, goal[lang], [procedure[lang]]),
  ];
  return [...lines, 'END:VCALENDAR', ''].map(foldedLine).join('\r\n');
}

function describe(step: PlannedStep, style: TextStyle): string[] {
  const { lang } = style;
  return [
    `${sourceOf(step, lang)}: ${actorNames(step.actors, lang)}`,
    `${labels.window[lang]}: ${spanText({ start: step.earliest.start, end: step.latest.end }, style)}`,
    ...(step.slackBusinessDays === null
      ? []
      : [`${labels.slack[lang]}: ${amountName({ businessDays: step.slackBusinessDays }, lang)}`]),
    ...(step.to ? [`${labels.to[lang]}: ${actorNames(step.to, lang)}`] : []),
    ...documentNames(step, lang).map((document) => `- ${document}`),
    ...(step.note ? [step.note[lang]] : []),
  ];
}
