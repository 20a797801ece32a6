// 申込書の画面。
import { html } from 'hono/html';
import type { Language } from 'myna-selfinfo';
import type { Fault, FieldName, Typed } from '../application.js';
import { works } from '../application.js';
import { eraNames } from '../birth-date.js';
import { type Texts, texts } from '../texts/texts.js';
import {
  dateField,
  type FaultLine,
  faultList,
  radios,
  type TextField,
  textField,
} from './controls.js';
import { type Html, layout } from './layout.js';

export interface ApplicationOptions {
  readonly values: Partial<Typed>;
  readonly faults: readonly Fault[];
}

const dateParts: readonly FieldName[] = ['era', 'year', 'month', 'day'];

export function applicationPage(language: Language, { values, faults }: ApplicationOptions): Html {
  const t = texts[language];
  const a = t.application;
  const lines = faults.map((fault) => ({ at: fault.at, text: faultOf(t, fault) }));
  const field = (name: FieldName, more: Html, width?: TextField['width']) =>
    textField(fieldOf(t, name, values, lines, more, width));
  const work = lines.find(({ at }) => at === 'work');
  const body = html`${lines.length === 0 ? '' : faultList(a.faulty(lines.length), lines)}
<p class="lead">${a.lead}</p>
<form method="post" action="/apply" novalidate>
<section class="card"><h2>${a.you}</h2>
${field('name', html`autocomplete="name"`)}
${field('kana', html`autocomplete="off"`)}
${birthField(t, values, lines)}
${field('postcode', html`inputmode="numeric" autocomplete="postal-code"`, 'w8')}
${field('address', html`autocomplete="street-address"`)}
${field('phone', html`type="tel" autocomplete="tel"`, 'w14')}
${field('email', html`type="email" autocomplete="email"`)}
</section>
<section class="card"><h2>${a.work}</h2>
${radios({
  ...{ name: 'work', legend: a.labels.work, need: { required: true, text: a.required } },
  value: values.work ?? '',
  choices: works.map((work) => [work, a.works[work] ?? work]),
  fault: work === undefined ? undefined : t.site.error(work.text),
})}
${field('employer', html`autocomplete="organization"`)}
${field('annualIncome', html`inputmode="numeric" autocomplete="off"`, 'w8')}
</section>
<section class="card"><h2>${a.loan}</h2>
${field('amount', html`inputmode="numeric" autocomplete="off"`, 'w8')}
${field('years', html`inputmode="numeric" autocomplete="off"`, 'w4')}
</section>
<div class="actions"><button class="primary">${a.next}</button><a class="secondary" href="/">${t.site.back}</a></div>
</form>`;
  return layout(language, { title: a.title, step: 0, body, faulty: lines.length > 0 });
}

/** 誤りの文言。 */
function faultOf({ application }: Texts, { why, limit = 0 }: Fault): string {
  const text = application.faults[why];
  return typeof text === 'string' ? text : text(limit);
}

function fieldOf(
  { application: a, site }: Texts,
  name: FieldName,
  values: Partial<Typed>,
  lines: readonly FaultLine[],
  more: Html,
  width: TextField['width'],
): TextField {
  const line = lines.find(({ at }) => at === name);
  // 勤め先は、勤めの形態によって必須になる。説明に書いてある。
  const need = name === 'employer' ? {} : { need: { required: true, text: a.required } };
  return {
    ...{ name, label: a.labels[name], value: values[name] ?? '', width, more, ...need },
    hint: a.hints[name],
    unit: a.units[name],
    fault: line === undefined ? undefined : site.error(line.text),
  };
}

function birthField(t: Texts, values: Partial<Typed>, lines: readonly FaultLine[]): Html {
  const { application: a, site } = t;
  const line = lines.find(({ at }) => dateParts.some((part) => part === at));
  const part = (name: 'year' | 'month' | 'day', complete: Html) => ({
    ...{ name, label: a.labels[name], value: values[name] ?? '', more: complete },
  });
  return dateField({
    legend: a.birth,
    need: { required: true, text: a.required },
    hint: a.birthHint,
    era: {
      label: a.labels.era,
      value: values.era ?? 'western',
      choices: eraNames.map((era) => [era, a.eras[era]]),
    },
    parts: [
      part('year', html`autocomplete="bday-year"`),
      part('month', html`autocomplete="bday-month"`),
      part('day', html`autocomplete="bday-day"`),
    ],
    fault: line === undefined ? undefined : { at: line.at, text: site.error(line.text) },
  });
}
