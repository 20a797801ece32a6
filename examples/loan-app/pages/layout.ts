// すべての画面の枠。html`` は埋め込む値を必ずエスケープする。スクリプトは page.js だけで、無くても使える。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Language } from 'myna-selfinfo';
import { type Texts, texts } from '../texts/texts.js';

export type Html = ReturnType<typeof html>;

const dayFormat = { ja: 'yyyy年M月d日', en: 'd LLLL yyyy' };
const timeFormat = { ja: 'M月d日(ccc) H:mm', en: "ccc d LLLL H:mm 'JST'" };
const momentFormat = { ja: 'yyyy年M月d日 H:mm', en: "d LLLL yyyy H:mm 'JST'" };

const format = (at: DateTime, form: Readonly<Record<Language, string>>, language: Language) =>
  at.setZone('Asia/Tokyo').setLocale(language).toFormat(form[language]);

export const dayText = (at: DateTime, language: Language) => format(at, dayFormat, language);
export const timeText = (at: DateTime, language: Language) => format(at, timeFormat, language);
export const momentText = (ms: number, language: Language) =>
  format(DateTime.fromMillis(ms), momentFormat, language);
/** 期間の終わりの日。keepUntil はその翌日の0時で、その瞬間は含まない。 */
export const lastDay = (keepUntil: string, language: Language) =>
  dayText(DateTime.fromISO(keepUntil).minus({ milliseconds: 1 }), language);

export interface Parts {
  readonly title: string;
  /** 4段階のうちいま何段目か。 */
  readonly step?: 0 | 1 | 2 | 3;
  readonly body: Html;
  readonly script?: boolean;
  /** 入力に誤りがある。 */
  readonly faulty?: boolean;
}

export function layout(
  language: Language,
  { title, step, body, script = false, faulty = false }: Parts,
): Html {
  const t = texts[language];
  return html`<!doctype html>
<html lang="${language}">
${head(language, faulty ? t.site.error(title) : title, { script })}
<body>
<a class="skip" href="#main">${t.site.skip}</a>
<header class="site">
<a class="bank" href="/"><img src="/icon.svg" alt="" width="36" height="36"> ${t.site.bank}</a>
<span class="invented">${t.site.invented}</span>
<a class="language" href="?lang=${t.site.other.language}" lang="${t.site.other.language}" hreflang="${t.site.other.language}">${t.site.other.name}</a>
</header>
<div class="page">
<main id="main">
${step === undefined ? '' : stepsOf(t, step)}
<h1>${title}</h1>
${body}
</main>
</div>
${footer(t)}
</body>
</html>`;
}

interface Head {
  readonly script?: boolean;
  /** 審査の担当者の画面か。 */
  readonly staff?: boolean;
}

export function head(
  language: Language,
  title: string,
  { script = false, staff = false }: Head,
): Html {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} | ${texts[language].site.bank}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
<link rel="stylesheet" href="/parts.css">
${staff ? html`<link rel="stylesheet" href="/staff.css">` : ''}
${script ? html`<script src="/page.js" defer></script>` : ''}
</head>`;
}

function stepsOf({ site }: Texts, step: number): Html {
  const steps = site.steps.map(
    (name, index) =>
      html`<li${index === step ? html` aria-current="step"` : ''}${index < step ? html` class="past"` : ''}><span>${index + 1}</span>${name}</li>`,
  );
  return html`<ol class="steps" aria-label="${site.progress}">${steps}</ol>`;
}

function footer({ site }: Texts): Html {
  const { footer: f } = site;
  return html`<footer class="site">
<nav class="links" aria-label="${f.label}"><a href="/company">${f.company}</a><a href="/privacy">${f.privacy}</a><a href="/contact">${f.contact}</a></nav>
<p>${f.call}</p>
<p>${f.note}</p>
</footer>`;
}

export const button = (
  value: string,
  text: string,
  rank: 'primary' | 'secondary' | 'quiet' | 'danger',
) => html`<button class="${rank}" name="action" value="${value}">${text}</button>`;

export const notice = (text: string | Html, kind: 'info' | 'warn' = 'warn') =>
  html`<p class="notice ${kind}">${text}</p>`;

/** 見出しと内容の一覧。 */
export const list = (rows: readonly (readonly [term: string, text: string | Html])[]) =>
  html`<dl class="rows">${rows.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;

/** 書類でのお手続き: 取得できないときも、申し込める。 */
export const paper = ({ paper: p }: Texts) =>
  html`<section class="card paper"><h2>${p.title}</h2><p>${p.text}</p><p>${p.address}</p></section>`;

export const paperFolded = (t: Texts) =>
  html`<details class="fold"><summary>${t.consent.paperHint}</summary>${paper(t)}</details>`;
