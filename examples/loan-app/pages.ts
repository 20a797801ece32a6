// 画面。html`` は埋め込む値を必ずエスケープする。スクリプトは progress.js だけで、無くても使える。見た目は style.css にある。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import { type Availability, explain, type ItemAnswer, type Language } from 'myna-selfinfo';
import { servers } from 'myna-selfinfo/calendar';
import type { Application } from './application.js';
import type { IncomeView } from './income.js';
import { compareNames, type FilledField, type FilledItem, hasAmounts, prefill } from './prefill.js';
import { housingLoan, type ItemKey, type LoanAnswer } from './service.js';
import type { Session } from './session.js';
import { say, type Texts, texts } from './texts.js';

const itemKeys = Object.keys(housingLoan.items) as ItemKey[];
type LoanAvailability = Availability<typeof housingLoan>;

type Html = ReturnType<typeof html>;
export type Stop = keyof Texts['stopped'];

const dayFormat = { ja: 'yyyy年M月d日', en: 'd LLLL yyyy' };
const timeFormat = { ja: 'M月d日(ccc) H:mm', en: "ccc d LLLL H:mm 'JST'" };
const format = (at: DateTime, form: Readonly<Record<Language, string>>, language: Language) =>
  at.setZone('Asia/Tokyo').setLocale(language).toFormat(form[language]);
/** 期間の終わりの日。keepUntil はその翌日の0時で、その瞬間は含まない。 */
const lastDay = (keepUntil: string, language: Language) =>
  format(DateTime.fromISO(keepUntil).minus({ milliseconds: 1 }), dayFormat, language);
const serverName = (id: string, language: Language) =>
  servers.find((server) => server.id === id)?.holder[language] ?? id;

interface Parts {
  readonly title: string;
  /** 3段階のうちいま何段目か。 */
  readonly step?: 0 | 1 | 2;
  readonly body: Html;
  readonly script?: boolean;
}

function layout(language: Language, { title, step, body, script }: Parts): Html {
  const t = texts[language];
  const steps = t.steps.map(
    (name, index) =>
      html`<li${index === step ? html` aria-current="step"` : ''}><span>${index + 1}</span>${name}</li>`,
  );
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} | ${t.bank}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
${script ? html`<script src="/progress.js" defer></script>` : ''}
</head>
<body>
<header>
<a class="bank" href="/"><img src="/icon.svg" alt="" width="32" height="32"> ${t.bank}</a> <small>${t.invented}</small>
<a class="language" href="?lang=${t.other.language}" lang="${t.other.language}" hreflang="${t.other.language}">${t.other.name}</a>
</header>
<div class="page">
<main>
${step === undefined ? '' : html`<ol class="steps" aria-label="${t.progress}">${steps}</ol>`}
<h1>${title}</h1>
${body}
</main>
</div>
</body>
</html>`;
}

const button = (value: string, text: string, rank: 'primary' | 'secondary' | 'quiet') =>
  html`<button class="${rank}" name="action" value="${value}">${text}</button>`;

/** 書類でのお手続き: 取得できないときも、申し込める。 */
const paper = (t: Texts) =>
  html`<section class="card paper"><h2>${t.paper.title}</h2><p>${t.paper.text}</p><p>${t.paper.address}</p></section>`;

const notice = (text: string | Html, kind: 'info' | 'warn' = 'warn') =>
  html`<p class="notice ${kind}">${text}</p>`;

interface Input {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly hint?: string;
  readonly wrong?: boolean;
  /** input 要素のほかの属性。 */
  readonly more: Html;
}

const input = ({ name, label, value = '', hint, wrong, more }: Input) => html`<div class="field">
<label for="${name}">${label}</label>
${hint === undefined ? '' : html`<small id="${name}-hint">${hint}</small>`}
<input id="${name}" name="${name}" value="${value}" required ${hint === undefined ? '' : html`aria-describedby="${name}-hint"`} ${wrong ? html`aria-invalid="true"` : ''} ${more}>
</div>`;

export interface StartOptions {
  readonly availability: Availability;
  readonly now: number;
  readonly values: Partial<Application>;
  /** 入力に誤りのある欄。 */
  readonly wrong: readonly (keyof Application)[];
}

/** 最初の画面: 何を、何のために取得し、いつまで保持するか。何を用意するか（ガイドライン2.7）。 */
export function startPage(
  language: Language,
  { availability, now, values, wrong }: StartOptions,
): Html {
  const t = texts[language];
  const s = t.start;
  const { days } = housingLoan.retention;
  const until = format(
    DateTime.fromMillis(now, { zone: 'Asia/Tokyo' }).plus({ days }),
    dayFormat,
    language,
  );
  const field = (name: keyof Application, more: Html, hint?: string) =>
    input({
      name,
      label: s[name],
      value: values[name] ?? '',
      wrong: wrong.includes(name),
      more,
      ...(hint !== undefined && { hint }),
    });
  const body = html`<p class="lead">${s.lead}</p>
${wrong.length === 0 ? '' : html`<p class="notice warn" role="alert">${s.invalid(wrong.map((name) => s[name]).join(t.and))}</p>`}
<form method="post" action="/">
<section><h2>${s.you}</h2><div class="fields">
${field('name', html`autocomplete="name" maxlength="60"`, s.nameHint)}
${field('birthDate', html`type="date" autocomplete="bday" min="1900-01-01" max="2020-12-31"`)}
</div></section>
<section><h2>${s.loan}</h2><div class="fields">
${field('amount', html`inputmode="numeric" pattern="[0-9]{1,6}"`)}
${field('years', html`inputmode="numeric" pattern="[0-9]{1,2}"`)}
</div></section>
<section><h2>${s.income}</h2>
<div class="card facts">
<div><h3>${s.what}</h3><ul>${itemKeys.map((key) => html`<li><b>${t.items[key][0]}</b><br><small>${t.items[key][1]}</small></li>`)}</ul></div>
<div><h3>${s.needs}</h3><ul>${s.needed.map((need) => html`<li>${need}</li>`)}</ul></div>
<div><h3>${s.purpose}</h3><p>${s.purposeText}</p></div>
<div><h3>${s.kept}</h3><p>${s.keptFor(days, until)}</p></div>
<div class="go">
${availability.state === 'open' ? html`<p class="open">${t.openNow}</p>` : notice(say(availability, language, now))}
${button('fetch', s.fetch, 'primary')}
<p><small>${s.fetchHint}</small></p>
</div>
</div>
<p class="others">${button('hand', s.byHand, 'secondary')}</p>
</section>
</form>
<details><summary>${s.paperHint}</summary>${paper(t)}</details>`;
  return layout(language, { title: s.title, step: 0, body });
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
  const hint =
    stop === 'declined' ? t.declinedHint : stop === 'foreign-browser' ? t.foreignHint : undefined;
  const body = html`<p class="lead">${text}</p>
${hint === undefined ? '' : html`<p>${hint}</p>`}
${more ?? ''}
<form method="post" action="/income" class="actions">
${handFirst ? button('hand', t.start.byHand, 'primary') : ''}
<a class="${handFirst ? 'secondary' : 'primary'}" href="${askAgain ? '/income' : '/'}">${askAgain ? t.askAgain : t.retry}</a>
${handFirst || stop === 'foreign-browser' ? '' : button('hand', t.start.byHand, 'secondary')}
</form>
${why ?? ''}
${paper(t)}`;
  return layout(language, { title: t.stopped[stop], step: 1, body });
}

/** 停止中（注※３）: 次に取得できる予定と、項目ごとの理由。 */
export function closedPage(language: Language, { nextOpening, items }: LoanAvailability): Html {
  const t = texts[language];
  const time = (at: DateTime | null) =>
    at === null ? t.unknown : format(at, timeFormat, language);
  const rows = itemKeys.map((key) => {
    const { state, causes, nextOpening: opening } = items[key];
    const cause = causes.find((candidate) => candidate.state === state);
    return html`<dt>${t.items[key][0]}</dt><dd>${state === 'open' ? t.openNow : t.from(time(opening))}<br><small>${cause?.citizenText[language]}</small></dd>`;
  });
  const more = html`<p class="card opens">${t.opens}<br><strong>${time(nextOpening)}</strong></p>`;
  const why = html`<section class="card"><h2>${t.because}</h2><dl>${rows}</dl></section>`;
  return stoppedPage(language, 'unavailable', t.closed, { more, why });
}

/** 所得の情報の画面: 状況によって、待つ、止まる、確かめる。 */
export function incomePage(
  language: Language,
  view: IncomeView,
  application: Application | undefined,
  now: number,
): Html {
  const t = texts[language];
  switch (view.status) {
    case 'pending':
    case 'none':
    case 'consenting': {
      const pending = view.status === 'pending';
      const text = view.status === 'pending' ? say(view.result, language, now) : t.consenting.text;
      const body = html`<div class="card waiting"><p role="status">${text}</p>${pending ? html`<p><small>${t.pending.slow}</small></p>` : ''}</div>
<form method="post" action="/income" class="actions">
<a class="secondary" href="/income">${t.pending.check}</a>
${button('hand', t.pending.cancel, 'quiet')}
</form>`;
      return layout(language, {
        title: pending ? t.pending.title : t.consenting.title,
        step: 1,
        body,
        script: true,
      });
    }
    case 'wrong-person':
      return stoppedPage(language, 'wrong-person', t.wrongPerson);
    case 'gone':
      return stoppedPage(language, 'gone', t.gone);
    case 'unavailable':
      return stoppedPage(language, 'unavailable', say(view.result, language, now), {
        askAgain: true,
      });
    case 'failed':
      return stoppedPage(language, 'failed', say(view.error, language, now), {
        askAgain: view.askAgain,
      });
    case 'ready':
      return filledPage(language, view.answer, application, now);
  }
}

function filledPage(
  language: Language,
  answer: LoanAnswer,
  application: Application | undefined,
  now: number,
): Html {
  const t = texts[language];
  const items = prefill(answer);
  if (items.every(({ records }) => records.length === 0)) return nothingPage(language, answer, now);
  const usable = hasAmounts(items);
  const fields = items.flatMap(({ records }) => records.flat());
  const isUnfiled = fields.some(({ name, value }) => name === '合計所得金額' && value === null);
  const cities = [
    ...new Set(
      items
        .filter(({ key }) => key !== 'pension')
        .flatMap(({ records }) => records.flat().map(({ source }) => source.holder)),
    ),
  ];
  const notices = [
    usable ? undefined : isUnfiled ? t.filled.unfiled : t.filled.noAmounts,
    cities.length > 1 ? t.filled.holders(cities.join(t.and)) : undefined,
    compareNames(answer, application?.name ?? '') === 'unknown' ? t.filled.notTold : undefined,
  ].filter((text) => text !== undefined);
  const body = html`<p class="lead">${t.filled.lead}</p>
${notices.map((text) => notice(text))}
<form method="post" action="/income">
${filledItems(language, items, now)}
<p>${t.filled.keep(lastDay(answer.terms.keepUntil, language))}</p>
<div class="actions">${usable ? button('confirm', t.filled.confirm, 'primary') : ''}${button('drop', t.filled.drop, usable ? 'secondary' : 'primary')}${button('restart', t.filled.again, 'quiet')}</div>
</form>
${usable ? '' : paper(t)}`;
  return layout(language, { title: t.filled.title, step: 1, body });
}

/** 1つの項目の文。画面に並ぶので、お問い合わせ先は付けない。 */
const sayItem = (item: ItemAnswer, language: Language, now: number) =>
  explain(item, language, { clock: { now: () => now } });

/** 項目ごとの記録。届かなかったものは、なぜかを示す。 */
function filledItems(
  language: Language,
  items: readonly FilledItem[],
  now: number,
): readonly Html[] {
  const t = texts[language];
  return items.map(({ key, answer: item, records }) => {
    const missing =
      item.status === 'present'
        ? item.missing.map(({ server }) => serverName(server, language))
        : [];
    return html`<section><h2>${t.items[key][0]}</h2>
${item.status === 'present' ? '' : notice(sayItem(item, language, now), 'info')}
${missing.length === 0 ? '' : notice(t.filled.missing(missing.join(t.and)))}
${records.map((record, index) => filledRecord(language, record, `${key}-${index}`))}
</section>`;
  });
}

/** 1つも届かなかった: 該当なし、対象外、停止中、失敗。 */
function nothingPage(language: Language, { items }: LoanAnswer, now: number): Html {
  const all = itemKeys.map((key) => items[key]);
  const stop =
    (['unavailable', 'failed'] as const).find((status) =>
      all.some((item) => item.status === status),
    ) ?? 'nothing-on-record';
  const sentences = [...new Set(all.map((item) => sayItem(item, language, now)))];
  return stoppedPage(language, stop, html`${sentences.map((sentence) => html`${sentence}<br>`)}`);
}

/** 1つの機関の1つの記録。取得した値は書き換えられない欄にし、出どころを読み上げにも含める。 */
function filledRecord(language: Language, record: readonly FilledField[], id: string): Html {
  const t = texts[language];
  const { holder = '', asOf = '' } = record[0]?.source ?? {};
  const day = DateTime.fromISO(asOf);
  return html`<fieldset class="record"><legend><span id="${id}"><span lang="ja">${holder}</span> <small class="as-of">${day.isValid ? t.asOf(format(day, dayFormat, language)) : ''}</small></span> <span class="mark">${t.filled.mark}</span></legend>
<div class="fields">${record.map(({ name, value }, at) => {
    const text =
      value === null
        ? t.none
        : (t.units[name]?.(typeof value === 'number' ? value.toLocaleString(language) : value) ??
          value);
    return html`<div class="field filled"><label for="${id}-${at}">${t.fields[name]}</label>
<input id="${id}-${at}" value="${text}" readonly aria-describedby="${id} ${id}-${at}-field"${typeof value === 'string' ? html` lang="ja"` : ''}>
<small id="${id}-${at}-field">${t.field(name)}</small></div>`;
  })}</div></fieldset>`;
}

/** 手入力の画面。取得しなかったとき、できなかったとき、破棄したときも、いつでも使える。 */
export function handPage(language: Language, dropped: boolean): Html {
  const t = texts[language];
  const body = html`${dropped ? html`<p class="notice info" role="status">${t.hand.dropped}</p>` : ''}
<p class="lead">${t.hand.lead}</p>
<form method="post" action="/hand">
<div class="fields">
${input({ name: 'salary', label: t.hand.salary, more: html`inputmode="numeric" pattern="[0-9]{1,12}" autocomplete="off"` })}
${input({ name: 'income', label: t.hand.income, more: html`inputmode="numeric" pattern="[0-9]{1,12}" autocomplete="off"` })}
</div>
<div class="actions">${button('submit', t.hand.submit, 'primary')}<a class="secondary" href="/">${t.retry}</a></div>
</form>
${paper(t)}`;
  return layout(language, { title: t.hand.title, step: 1, body });
}

export function donePage(
  language: Language,
  { number, kept }: NonNullable<Session['receipt']>,
): Html {
  const t = texts[language].done;
  const body = html`<dl class="card receipt"><dt>${t.number}</dt><dd>${number}</dd><dt>${t.by}</dt>
<dd>${kept === undefined ? t.hand : html`${t.mynaportal}<br><small>${t.kept(lastDay(kept.keptUntil, language))}</small>`}</dd></dl>
<p>${t.next}</p>
<p class="actions"><a class="secondary" href="/">${t.home}</a></p>`;
  return layout(language, { title: t.title, step: 2, body });
}

/** 審査の担当者の画面: 保管した情報を、申込みと同じ目的で読む。期間が終わったあとは、消えていることを示す。 */
export function reviewPage(
  language: Language,
  number: string,
  keptUntil: string,
  answer: LoanAnswer | undefined,
  now: number,
): Html {
  const { review, start, done } = texts[language];
  const body = html`<p class="lead">${review.lead}</p>
<dl class="card receipt"><dt>${done.number}</dt><dd>${number}</dd><dt>${start.purpose}</dt><dd>${start.purposeText}</dd><dt>${review.kept}</dt><dd>${review.until(lastDay(keptUntil, language))}</dd></dl>
${answer === undefined ? html`<h2>${review.gone}</h2>${notice(review.goneText)}` : filledItems(language, prefill(answer), now)}`;
  return layout(language, { title: review.title, body });
}

export function plainPage(language: Language, kind: 'missingPage' | 'broken'): Html {
  const t = texts[language];
  return layout(language, {
    title: t[kind].title,
    body: html`<p class="lead">${t[kind].text}</p><p class="actions"><a class="primary" href="/">${t.done.home}</a></p>`,
  });
}
