// 所得のフォーム。取得した値は文字で示し、出どころを添える。修正すると、本人による入力になる。取得しなかった欄は、初めから入力できる。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Language } from 'myna-selfinfo';
import { servers } from 'myna-selfinfo/calendar';
import type { Draft, FormFault } from '../declaration.js';
import {
  compareNames,
  type Field,
  type Group,
  hasAmounts,
  isUnfiled,
  itemKeys,
} from '../fields.js';
import type { ItemKey, LoanAnswer } from '../service.js';
import { sayItem } from '../texts/say.js';
import { type Texts, texts } from '../texts/texts.js';
import { faultList, textField } from './controls.js';
import {
  button,
  dayText,
  type Html,
  lastDay,
  layout,
  notice,
  paper,
  paperFolded,
} from './layout.js';

export interface FormOptions {
  readonly groups: readonly Group[];
  /** 取得した情報。取得しなかったときは undefined。 */
  readonly answer: LoanAnswer | undefined;
  readonly applicant: string;
  readonly now: number;
  /** 取得した値の封印。 */
  readonly seal: string;
  readonly draft: Draft | undefined;
  readonly faults?: readonly FormFault[];
  /** 封印を受け付けられなかった理由。 */
  readonly broken?: 'replayed' | 'expired' | 'forged' | undefined;
  readonly dropped?: boolean;
}

interface View extends FormOptions {
  readonly language: Language;
  readonly t: Texts;
}

/** 出どころの文: どの機関の、いつ時点の情報か。 */
export function sourceText(
  language: Language,
  {
    holder = '',
    asOf = '',
  }: { readonly holder?: string | undefined; readonly asOf?: string | undefined },
): Html {
  const { form, site } = texts[language];
  const [open, close] = site.brackets;
  const day = DateTime.fromISO(asOf);
  const time = day.isValid ? `${site.and}${form.asOf(dayText(day, language))}` : '';
  return html`${form.source}${open}<span lang="ja">${holder}</span>${time}${close}`;
}

export function formPage(language: Language, options: FormOptions): Html {
  const t = texts[language];
  const f = t.form;
  const view: View = { ...options, language, t };
  const { answer, groups, faults = [], broken, dropped = false, seal } = options;
  const lines = faults.map(({ at, key, why }) => ({ at, text: f.faults[why](f.labels[key]) }));
  const isFetched = answer !== undefined;
  const body = html`${lines.length === 0 ? '' : faultList(t.application.faulty(lines.length), lines)}
${broken === undefined ? '' : html`<p class="notice warn" role="alert" tabindex="-1" autofocus>${f.seal[broken]}</p>`}
${dropped ? html`<p class="notice info" role="status">${f.dropped}</p>` : ''}
<p class="lead">${isFetched ? f.leadFetched : f.leadHand}</p>
${noticesOf(view)}
<form method="post" action="/income" novalidate>
<input type="hidden" name="prefill" value="${seal}">
${itemKeys.map((item) => itemSection(view, item))}
${isFetched ? html`<p>${f.keep(lastDay(answer.terms.keepUntil, language))}</p>` : ''}
<p class="hint">${f.idle}</p>
<div class="actions">${button('next', f.next, 'primary')}</div>
</form>
<form method="post" action="/consent" class="actions">${isFetched ? button('drop', f.drop, 'quiet') : button('fetch', f.fetch, 'secondary')}</form>
${isFetched && (isUnfiled(groups) || !hasAmounts(groups)) ? paper(t) : paperFolded(t)}`;
  const faulty = lines.length > 0 || broken !== undefined;
  return layout(language, { title: f.title, step: 1, body, faulty });
}

/** 値を読むときに知っておくこと: 未申告、転居、本人の確認。 */
function noticesOf({ answer, groups, applicant, t }: View): readonly Html[] {
  if (answer === undefined) return [];
  const f = t.form;
  const cities = groups
    .filter(({ item }) => item !== 'pension')
    .flatMap(({ source }) => (source === undefined ? [] : [source.holder]));
  const names = [...new Set(cities)];
  const [before, after] = f.holders('\n').split('\n');
  const amounts = isUnfiled(groups) ? f.unfiled : hasAmounts(groups) ? undefined : f.noAmounts;
  return [
    amounts,
    names.length > 1
      ? html`${before}<span lang="ja">${names.join(t.site.and)}</span>${after}`
      : undefined,
    compareNames(answer, applicant) === 'unknown' ? f.notTold : undefined,
  ].flatMap((text) => (text === undefined ? [] : [notice(text)]));
}

/** 1つの項目。届かなかったものは、なぜかを示す。 */
function itemSection(view: View, key: ItemKey): Html {
  const { answer, groups, language, t, now } = view;
  const item = answer?.items[key];
  const missing = item?.status === 'present' ? item.missing : [];
  const names = missing.map(
    ({ server }) => servers.find(({ id }) => id === server)?.holder[language] ?? server,
  );
  return html`<section><h2>${t.items[key][0]}</h2>
${item === undefined || item.status === 'present' ? '' : notice(sayItem(item, language, now), 'info')}
${names.length === 0 ? '' : notice(t.form.missing(names.join(t.site.and)))}
${groups.filter((group) => group.item === key).map((group) => groupCard(view, group))}
</section>`;
}

function groupCard(view: View, group: Group): Html {
  const { language, t } = view;
  const { source, facts, fields } = group;
  const id = `${fields[0]?.name}-source`;
  if (source === undefined)
    return html`<div class="card">${fields.map((field) => inputFor(view, field))}</div>`;
  const rows = facts.map(
    ({ name, value }) =>
      html`<div class="value"><span>${t.form.facts[name]}</span><b lang="ja">${value}${t.form.factUnits[name] ?? ''}</b></div>`,
  );
  return html`<div class="card record" role="group" aria-labelledby="${id}">
<p class="source" id="${id}">${sourceText(language, source)}</p>
${rows}
${fields.map((field) => (field.fetched === undefined ? inputFor(view, field, true) : fetchedField(view, field, field.fetched, id)))}
</div>`;
}

/** 取得した値。修正の欄は、開くまで畳んである。 */
function fetchedField(view: View, field: Field, fetched: string, source: string): Html {
  const { t, draft, faults = [], language } = view;
  const { name, key } = field;
  const f = t.form;
  const label = f.labels[key];
  const typed = draft?.values[name];
  const unit = f.units[key];
  const isEdited = typed !== undefined || faults.some(({ at }) => at === name);
  return html`<div class="value" id="${name}-value"><span>${label}</span><b>${fetched}${language === 'ja' ? '' : ' '}${unit}</b>
${isEdited ? html`<span class="badge self">${f.edited}</span>` : ''}</div>
<details class="edit"${isEdited ? html` open` : ''}><summary>${f.edit(label)}</summary>
${textField({
  ...{ name, label: f.editLabel(label), value: typed ?? fetched, hint: f.editHint, unit },
  width: key === 'people' ? 'w4' : 'w14',
  described: source,
  fault: faultIn(view, name),
  more: html`inputmode="numeric" autocomplete="off"`,
})}</details>`;
}

/** 本人が入力する欄。 */
function inputFor(view: View, { name, key, required }: Field, notStated = false): Html {
  const { t, draft } = view;
  const f = t.form;
  const hint = key === 'people' ? f.peopleHint : f.amountHint;
  return textField({
    ...{ name, label: f.labels[key], value: draft?.values[name] ?? '', unit: f.units[key] },
    need: { required, text: required ? t.application.required : t.application.optional },
    hint: notStated ? `${f.notStated}${t.site.stop}${hint}` : hint,
    width: key === 'people' ? 'w4' : 'w14',
    fault: faultIn(view, name),
    more: html`inputmode="numeric" autocomplete="off"`,
  });
}

function faultIn({ faults = [], t }: View, name: string): string | undefined {
  const fault = faults.find(({ at }) => at === name);
  if (fault === undefined) return undefined;
  return t.site.error(t.form.faults[fault.why](t.form.labels[fault.key]));
}
