// 同意の前後の画面: 何を、何のために取得するか。停止中。待っている。続けられない。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Availability, Language } from 'myna-selfinfo';
import { itemKeys } from '../fields.js';
import type { IncomeView } from '../income.js';
import { housingLoan, type LoanAnswer } from '../service.js';
import { say, sayItem } from '../texts/say.js';
import { type Texts, texts } from '../texts/texts.js';
import {
  button,
  dayText,
  type Html,
  layout,
  list,
  paper,
  paperFolded,
  timeText,
} from './layout.js';
import { availabilityNotice } from './top.js';

type LoanAvailability = Availability<typeof housingLoan>;
export type Stop = keyof Texts['stopped']['titles'];

/** 何を、何のために取得し、いつまで保持するか。何を用意するか（ガイドライン2.7）。 */
export function consentPage(language: Language, availability: LoanAvailability, now: number): Html {
  const t = texts[language];
  const c = t.consent;
  const { days } = housingLoan.retention;
  const until = dayText(DateTime.fromMillis(now, { zone: 'Asia/Tokyo' }).plus({ days }), language);
  const what = html`<ul>${itemKeys.map((key) => html`<li>${t.items[key][0]}<br><small>${t.items[key][1]}</small></li>`)}</ul>`;
  const needed = html`<ul>${c.needed.map((need) => html`<li>${need}</li>`)}</ul>`;
  // 停止中は、押しても取得できないボタンを目立たせない。
  const isClosed = availability.state === 'closed';
  const fetching = html`<section class="card"><h2>${c.fetchTitle}</h2>
${availabilityNotice(availability, language, now)}
${list([
  [c.what, what],
  [c.holders, c.holderNames],
  [c.purpose, c.purposeText],
  [c.kept, c.keptFor(days, until)],
  [c.needs, needed],
])}
<p class="hint">${c.fetchHint}</p>
<p>${button('fetch', c.fetch, isClosed ? 'secondary' : 'primary')}</p></section>`;
  const byHand = html`<section class="card"><h2>${c.handTitle}</h2><p>${c.handText}</p>
<p>${button('hand', c.byHand, isClosed ? 'primary' : 'secondary')}</p></section>`;
  const body = html`<p class="lead">${c.lead}</p>
<form method="post" action="/consent">${isClosed ? [byHand, fetching] : [fetching, byHand]}</form>
<p><a href="/apply">${t.site.back}</a></p>
${paperFolded(t)}`;
  return layout(language, { title: c.title, step: 1, body });
}

/** 停止中（注※３）: 前の画面と同じ理由、次に取得できる予定、項目ごとの理由。 */
export function closedPage(language: Language, availability: LoanAvailability, now: number): Html {
  const t = texts[language];
  const s = t.stopped;
  const time = (at: DateTime | null) => (at === null ? s.unknown : timeText(at, language));
  const rows = itemKeys.map((key): [string, Html] => {
    const { state, causes, nextOpening: opening } = availability.items[key];
    const cause = causes.find((candidate) => candidate.state === state);
    const when = state === 'open' ? t.consent.openNow : s.from(time(opening));
    return [t.items[key][0], html`${when}<br><small>${cause?.citizenText[language]}</small>`];
  });
  const more = html`<p class="card opens">${s.opens}<br><strong>${time(availability.nextOpening)}</strong></p>`;
  const why = html`<section class="card"><h2>${s.because}</h2>${list(rows)}</section>`;
  return stoppedPage(language, 'unavailable', say(availability, language, now), { more, why });
}

interface StopParts {
  /** あとでもう一度受け取れる。 */
  readonly askAgain?: boolean;
  readonly more?: Html;
  readonly why?: Html;
}

/** 手続きが止まったときの画面。どの場合も、次にできることを示す。 */
export function stoppedPage(
  language: Language,
  stop: Stop,
  text: string | Html,
  { askAgain, more, why }: StopParts = {},
): Html {
  const t = texts[language];
  // やり直しても同じときは、手入力を先に勧める。
  const handFirst = stop === 'nothing-on-record' || (stop === 'unavailable' && !askAgain);
  const hints = { declined: t.stopped.declinedHint, 'foreign-browser': t.stopped.foreignHint };
  const hint = stop === 'declined' || stop === 'foreign-browser' ? hints[stop] : undefined;
  const hand = button('hand', t.consent.byHand, handFirst ? 'primary' : 'secondary');
  const again = html`<a class="${handFirst ? 'secondary' : 'primary'}" href="${askAgain ? '/income' : '/consent'}">${askAgain ? t.site.askAgain : t.site.retry}</a>`;
  const body = html`<p class="lead">${text}</p>
${hint === undefined ? '' : html`<p>${hint}</p>`}
${more ?? ''}
<form method="post" action="/consent" class="actions">
${stop === 'foreign-browser' ? again : handFirst ? [hand, again] : [again, hand]}
</form>
${why ?? ''}
${paper(t)}`;
  return layout(language, { title: t.stopped.titles[stop], step: 1, body });
}

/** 待っている画面。届くと、page.js が画面を切り替える。 */
function waitingPage(
  language: Language,
  view: Extract<
    IncomeView,
    { status: 'pending' | 'none' | 'consenting' | 'wrong-person' | 'gone' }
  >,
  now: number,
): Html {
  const { waiting: w } = texts[language];
  const isPending = view.status === 'pending';
  const text = isPending ? say(view.result, language, now) : w.consenting.text;
  const body = html`<div class="card waiting"><p role="status">${text}</p>${isPending ? html`<p class="hint">${w.pending.slow}</p>` : ''}</div>
<form method="post" action="/consent" class="actions">
<a class="secondary" href="/income">${w.pending.check}</a>
${button('hand', w.pending.cancel, 'quiet')}
</form>`;
  const { title } = isPending ? w.pending : w.consenting;
  return layout(language, { title, step: 1, body, script: true });
}

/** 情報が届かないときの画面。届いたときは undefined。 */
export function incomePage(language: Language, view: IncomeView, now: number): Html | undefined {
  const { stopped: s } = texts[language];
  switch (view.status) {
    case 'ready':
      return undefined;
    case 'wrong-person':
      return stoppedPage(language, 'wrong-person', s.wrongPerson);
    case 'gone':
      return stoppedPage(language, 'gone', s.gone);
    case 'unavailable':
      return stoppedPage(language, 'unavailable', say(view.result, language, now), {
        askAgain: true,
      });
    case 'failed':
      return stoppedPage(language, 'failed', say(view.error, language, now), {
        askAgain: view.askAgain,
      });
    default:
      return waitingPage(language, view, now);
  }
}

/** 1つも届かなかった: 該当なし、対象外、停止中、失敗。 */
export function nothingPage(language: Language, { items }: LoanAnswer, now: number): Html {
  const all = itemKeys.map((key) => items[key]);
  const stop =
    (['unavailable', 'failed'] as const).find((status) =>
      all.some((item) => item.status === status),
    ) ?? 'nothing-on-record';
  const said = [...new Set(all.map((item) => sayItem(item, language, now)))];
  // ある文が別の文の初めと同じなら、長いほうだけを示す。
  const sentences = said.filter((text) => !said.some((o) => o !== text && o.startsWith(text)));
  return stoppedPage(language, stop, html`${sentences.map((text) => html`${text}<br>`)}`);
}
