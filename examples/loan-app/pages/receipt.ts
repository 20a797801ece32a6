// 確認、受付、控え、取下げの画面。
import { html } from 'hono/html';
import type { Language } from 'myna-selfinfo';
import type { Application } from '../application.js';
import type { Entry } from '../declaration.js';
import type { Group } from '../fields.js';
import type { Receipt } from '../session.js';
import { texts } from '../texts/texts.js';
import { faultList } from './controls.js';
import { applicationRows, entryRows } from './entries.js';
import { sourceText } from './form.js';
import { button, type Html, lastDay, layout, list, momentText } from './layout.js';

export interface ConfirmOptions {
  readonly application: Application;
  readonly entries: readonly Entry[];
  readonly groups: readonly Group[];
  /** 個人情報のお取扱いへの同意がないまま申し込もうとした。 */
  readonly faulty?: boolean;
}

export function confirmPage(language: Language, options: ConfirmOptions): Html {
  const t = texts[language];
  const { confirm: c, application: a, form: f, site } = t;
  const { application, entries, groups, faulty = false } = options;
  const rows = applicationRows(application, language);
  const section = (title: string, href: string, content: Html) =>
    html`<section class="card"><h2>${title}</h2>${content}<p class="change"><a href="${href}" aria-label="${c.changeWhat(title)}">${c.change}</a></p></section>`;
  const body = html`${faulty ? faultList(a.faulty(1), [{ at: 'agree', text: c.agreeFault }]) : ''}
<p class="lead">${c.lead}</p>
${section(a.you, '/apply', list(rows.you))}
${section(a.work, '/apply', list(rows.work))}
${section(a.loan, '/apply', list(rows.loan))}
${section(f.title, '/income', entryRows(entries, groups, language))}
<form method="post" action="/confirm" novalidate>
<div class="card agree"><p><a href="/privacy" target="_blank">${c.agreeLink}</a></p>
<label class="check"><input type="checkbox" id="agree" name="agree" value="yes" required${faulty ? html` aria-invalid="true" aria-describedby="agree-fault"` : ''}> ${c.agree} <span class="need must">${a.required}</span></label>
${faulty ? html`<p class="fault" id="agree-fault">${site.error(c.agreeFault)}</p>` : ''}</div>
<div class="actions">${button('apply', c.submit, 'primary')}<a class="secondary" href="/income">${site.back}</a></div>
</form>`;
  return layout(language, { title: c.title, step: 2, body, faulty });
}

/** 取得した情報の保有機関と時点、取得項目。値は示さない。 */
function providedText({ provided }: Receipt, language: Language): Html {
  const t = texts[language];
  if (provided.length === 0) return html`${t.receipt.none}`;
  return html`<ul>${provided.map(
    ({ item, columns, ...source }) =>
      html`<li>${t.items[item][0]}: ${sourceText(language, source)}<br><small lang="ja">${columns.join('、')}</small></li>`,
  )}</ul>`;
}

const declaredText = (entries: readonly Entry[], language: Language) => {
  const t = texts[language];
  const labels = entries
    .filter(({ state }) => state !== 'fetched')
    .map(({ key }) => t.form.labels[key]);
  return labels.length === 0 ? t.receipt.none : [...new Set(labels)].join(t.site.and);
};

function receiptRows(receipt: Receipt, language: Language): [string, string][] {
  const { receipt: r, site } = texts[language];
  return [
    [r.number, receipt.number],
    [r.at, momentText(receipt.receivedAt, language)],
    [r.product, `${site.bank} ${site.product}`],
  ];
}

export function receiptPage(language: Language, receipt: Receipt): Html {
  const t = texts[language];
  const r = t.receipt;
  if (receipt.withdrawnAt !== undefined)
    return withdrawnPage(language, receipt, receipt.withdrawnAt);
  const { entries, kept } = receipt;
  const until =
    kept === undefined ? [] : [[t.consent.kept, r.kept(lastDay(kept.keptUntil, language))]];
  const body = html`<div class="card receipt">${list(receiptRows(receipt, language))}</div>
<section class="card"><h2>${r.provided}</h2>${list([
    [r.fromPortal, providedText(receipt, language)],
    [r.declared, declaredText(entries, language)],
    ...(until as [string, string][]),
  ])}
<p class="actions"><a class="secondary" href="/receipt/copy">${r.copy}</a></p></section>
<section><h2>${r.nextTitle}</h2><p>${r.next}</p></section>
<section><h2>${r.withdrawTitle}</h2><p>${r.withdrawText}<br>${t.site.footer.call}</p>
<p class="actions"><a class="secondary" href="/withdraw">${r.withdraw}</a></p></section>
<p><a href="/">${t.site.home}</a></p>`;
  return layout(language, { title: r.title, step: 3, body });
}

/** 控え: 印刷すると1枚に収まる。 */
export function copyPage(language: Language, receipt: Receipt, groups: readonly Group[]): Html {
  const t = texts[language];
  const { copy: c, application: a, form: f, consent } = t;
  const rows = applicationRows(receipt.application, language);
  const { kept, entries } = receipt;
  const part = (title: string, content: Html) =>
    html`<section class="tight"><h2>${title}</h2>${content}</section>`;
  const terms: [string, string][] =
    kept === undefined
      ? []
      : [
          [consent.purpose, consent.purposeText],
          [consent.kept, t.receipt.kept(lastDay(kept.keptUntil, language))],
        ];
  const body = html`<div class="actions screen"><button type="button" class="primary" data-print hidden>${c.print}</button><a class="secondary" href="/receipt">${c.back}</a></div>
<p class="hint screen">${c.printHint}</p>
${list(receiptRows(receipt, language))}
${part(a.you, list(rows.you))}
${part(a.work, list(rows.work))}
${part(a.loan, list(rows.loan))}
${part(f.title, html`${entryRows(entries, groups, language)}${list(terms)}`)}
${part(t.receipt.withdrawTitle, html`<p>${t.receipt.withdrawText} ${t.site.footer.call}</p>`)}`;
  return layout(language, { title: c.title, body, script: true });
}

export function withdrawPage(language: Language, receipt: Receipt): Html {
  const { withdraw: w } = texts[language];
  const body = html`<p class="lead">${w.lead}</p>
<div class="card receipt">${list(receiptRows(receipt, language))}</div>
<form method="post" action="/withdraw" class="actions">${button('withdraw', w.submit, 'danger')}<a class="secondary" href="/receipt">${w.keep}</a></form>`;
  return layout(language, { title: w.title, step: 3, body });
}

function withdrawnPage(language: Language, receipt: Receipt, at: number): Html {
  const { withdraw: w, site } = texts[language];
  const body = html`<p class="lead">${receipt.kept === undefined ? w.doneHand : w.done}</p>
<div class="card receipt">${list([...receiptRows(receipt, language), [w.at, momentText(at, language)]])}</div>
<p class="actions"><a class="secondary" href="/apply">${w.again}</a><a class="secondary" href="/">${site.home}</a></p>`;
  return layout(language, { title: w.doneTitle, step: 3, body });
}
