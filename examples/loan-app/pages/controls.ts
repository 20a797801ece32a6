// フォームの部品: ラベルは欄の上、説明はその下、誤りは欄の下。誤りがあれば、欄への一覧を画面の初めに置く。
import { html } from 'hono/html';
import type { Html } from './layout.js';

/** 誤りの一覧の1行。at は欄の id。 */
export interface FaultLine {
  readonly at: string;
  readonly text: string;
}

/** 誤りの一覧。画面が開くと、スクリプトがなくても、ここにフォーカスが移る。 */
export const faultList = (title: string, lines: readonly FaultLine[]) =>
  html`<section class="faults" aria-labelledby="faults" tabindex="-1" autofocus>
<h2 id="faults">${title}</h2>
<ul>${lines.map(({ at, text }) => html`<li><a href="#${at}">${text}</a></li>`)}</ul>
</section>`;

/** 要否の印。ラベルの一部なので、読み上げにも含まれる。 */
export interface Need {
  readonly required: boolean;
  readonly text: string;
}

const mark = ({ required, text }: Need) =>
  html` <span class="${required ? 'need must' : 'need'}">${text}</span>`;

export interface TextField {
  readonly name: string;
  readonly label: string;
  readonly need?: Need;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly unit?: string | undefined;
  readonly fault?: string | undefined;
  /** 欄の幅（文字数の目安）。入力する長さに合わせる。 */
  readonly width?: 'w4' | 'w8' | 'w14' | undefined;
  /** 説明のほかに、この欄を説明する要素の id。 */
  readonly described?: string;
  /** input 要素のほかの属性。 */
  readonly more?: Html;
}

export function textField(field: TextField): Html {
  const { name, label, need, hint, fault } = field;
  return html`<div class="field">
<label for="${name}">${label}${need === undefined ? '' : mark(need)}</label>
${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${inputOf(field)}
${faultText(name, fault)}
</div>`;
}

/** 誤りの文。「エラー」で始める。 */
const faultText = (name: string, fault: string | undefined) =>
  fault === undefined ? '' : html`<p class="fault" id="${name}-fault">${fault}</p>`;

function inputOf({ name, value, need, hint, unit, fault, width, described, more }: TextField) {
  const ids = [
    ...(described === undefined ? [] : [described]),
    ...(hint === undefined ? [] : [`${name}-hint`]),
    ...(unit === undefined ? [] : [`${name}-unit`]),
    ...(fault === undefined ? [] : [`${name}-fault`]),
  ];
  const input = html`<input id="${name}" name="${name}" value="${value}"${width === undefined ? '' : html` class="${width}"`}${need?.required ? html` required` : ''}${ids.length === 0 ? '' : html` aria-describedby="${ids.join(' ')}"`}${fault === undefined ? '' : html` aria-invalid="true"`} ${more ?? ''}>`;
  return unit === undefined
    ? input
    : html`<span class="with-unit">${input}<span id="${name}-unit">${unit}</span></span>`;
}

export interface Choices {
  readonly name: string;
  readonly legend: string;
  readonly need: Need;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, text: string])[];
  readonly fault?: string | undefined;
}

/** ラジオボタン。id は最初の選択肢が欄の name になるので、誤りの一覧から移れる。 */
export const radios = ({ name, legend, need, value, choices, fault }: Choices) =>
  html`<fieldset class="field choices"${fault === undefined ? '' : html` aria-describedby="${name}-fault"`}>
<legend>${legend}${mark(need)}</legend>
<div class="radios">${choices.map(
    ([choice, text], index) =>
      html`<label><input type="radio" name="${name}" value="${choice}" id="${index === 0 ? name : `${name}-${choice}`}"${choice === value ? html` checked` : ''}${need.required ? html` required` : ''}> ${text}</label>`,
  )}</div>
${faultText(name, fault)}
</fieldset>`;

export interface DateField {
  readonly legend: string;
  readonly need: Need;
  readonly hint: string;
  readonly era: {
    readonly label: string;
    readonly value: string;
    readonly choices: readonly (readonly [value: string, text: string])[];
  };
  /** 年、月、日の欄。 */
  readonly parts: readonly {
    readonly name: string;
    readonly label: string;
    readonly value: string;
    readonly more: Html;
  }[];
  /** 誤りと、その欄の name。 */
  readonly fault?: { readonly at: string; readonly text: string } | undefined;
}

/** 年月日: 元号または西暦を選び、年、月、日を別々に入力する。カレンダーは使わない。 */
export function dateField({ legend, need, hint, era, parts, fault }: DateField): Html {
  const described = fault === undefined ? 'birth-hint' : 'birth-hint birth-fault';
  const invalid = (name: string) => (fault?.at === name ? html` aria-invalid="true"` : '');
  return html`<fieldset class="field">
<legend>${legend}${mark(need)}</legend>
<p class="hint" id="birth-hint">${hint}</p>
<div class="date">
<span><label for="era">${era.label}</label>
<select id="era" name="era" aria-describedby="${described}"${invalid('era')}>${era.choices.map(([value, text]) => html`<option value="${value}"${value === era.value ? html` selected` : ''}>${text}</option>`)}</select></span>
${parts.map(({ name, label, value, more }) => html`<span><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" class="w4" inputmode="numeric" required aria-describedby="${described}"${invalid(name)} ${more}></span>`)}
</div>
${faultText('birth', fault?.text)}
</fieldset>`;
}
