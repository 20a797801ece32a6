// 審査の担当者の画面: 保管した情報を、申込みと同じ目的で読む。期間が終わったあとは、消えていることを示す。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Language } from 'myna-selfinfo';
import type { Entry } from '../declaration.js';
import type { Group } from '../fields.js';
import type { Receipt } from '../session.js';
import { texts } from '../texts/texts.js';
import { applicationRows, fetchedIn, valueText } from './entries.js';
import { dayText, type Html, head, lastDay, list, momentText, notice } from './layout.js';

/** 読めない理由、または読めた情報の欄。 */
export type Reading = readonly Group[] | 'hand' | 'gone' | 'withdrawn';

export function reviewPage(language: Language, receipt: Receipt, reading: Reading): Html {
  const t = texts[language];
  const r = t.review;
  const { application, kept, number, receivedAt, withdrawnAt } = receipt;
  const rows = applicationRows(application, language, { ...t.application.labels, ...r.labels });
  const status = withdrawnAt === undefined ? r.open : r.withdrawn;
  const title = `${r.title} ${number}`;
  return html`<!doctype html>
<html lang="${language}">
${head(language, title, { staff: true })}
<body class="staff">
<header class="staffbar"><b>${t.site.bank} ${r.system}</b><span>${r.staff}</span></header>
<div class="page">
<main id="main">
<h1>${title} <span class="badge${withdrawnAt === undefined ? '' : ' self'}">${status}</span></h1>
<div class="case">${list([
    [r.product, t.site.product],
    ...rows.loan,
    [t.receipt.at, momentText(receivedAt, language)],
    [r.purpose, t.consent.purposeText],
    ...(kept === undefined
      ? []
      : [[r.until, r.untilDay(lastDay(kept.keptUntil, language))] as [string, string]]),
  ])}</div>
<div class="columns"><section class="sheet"><h2>${r.applicant}</h2>${list([...rows.you, ...rows.work])}</section>
<section class="sheet"><h2>${r.income}</h2>${readingOf(receipt, reading, language)}</section></div>
</main>
</div>
</body>
</html>`;
}

function readingOf({ entries }: Receipt, reading: Reading, language: Language): Html {
  const { review: r } = texts[language];
  if (reading === 'withdrawn') return notice(r.withdrawnText, 'info');
  if (reading === 'gone')
    return html`<h3>${r.gone}</h3>${notice(r.goneText)}${table(entries, [], language)}`;
  const groups = reading === 'hand' ? [] : reading;
  const isDeclared = entries.some(({ state }) => state !== 'fetched');
  return html`${reading === 'hand' ? notice(r.hand, 'info') : ''}${table(entries, groups, language)}
${isDeclared ? notice(r.check) : ''}
${reading === 'hand' ? '' : html`<p class="hint">${r.logged}</p>`}`;
}

/** 値ごとに、取得したものか、本人によるものかを分けて示す。消えた値の行は出さない。 */
function table(entries: readonly Entry[], groups: readonly Group[], language: Language): Html {
  const { review: r, form: f, items } = texts[language];
  const badges = { fetched: r.fetched, edited: r.editedBadge, declared: r.declaredBadge };
  const rows = entries.flatMap((entry) => {
    const fetched = fetchedIn(groups, entry);
    const value = entry.value ?? fetched;
    if (value === undefined) return [];
    const { state, origin } = entry;
    const before =
      state === 'edited' && fetched !== undefined
        ? html`<br><small>${r.original(valueText(entry, fetched, language))}</small>`
        : '';
    return [
      html`<tr><th scope="row">${f.labels[entry.key]}<br><small>${items[entry.item][0]}</small></th>
<td class="number">${valueText(entry, value, language)}${before}</td>
<td><span class="badge${state === 'fetched' ? '' : ' self'}">${badges[state]}</span></td>
<td lang="ja">${origin?.holder ?? '—'}</td>
<td>${origin?.asOf === undefined ? '—' : dayText(DateTime.fromISO(origin.asOf), language)}</td></tr>`,
    ];
  });
  if (rows.length === 0) return html``;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${r.income}"><table><thead><tr>${r.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
