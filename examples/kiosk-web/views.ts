// 画面のHTML。状態と設定だけから作る。
import {
  type KioskMenuEntry,
  type KioskOutcome,
  type KioskReceipt,
  type KioskState,
  kioskActions,
  kioskErrorsOf,
} from 'myna-selfinfo/kiosk';
import type { Settings } from './terminal.js';
import { languages, type Texts, texts } from './texts.js';

interface View extends Settings {
  readonly text: Texts;
}

/** HTMLに埋め込む文字を無害にする。 */
const e = (text: string) => text.replaceAll(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
const button = (label: string, action: string, kind = '', value = '') =>
  `<button type="button" class="${kind}" data-act="${action}" data-value="${e(value)}">${e(label)}</button>`;
const paragraphs = (...lines: readonly string[]) =>
  lines.map((line) => `<p>${e(line)}</p>`).join('');

/** 画面1枚。ページの script が body の中に置く。 */
export function screenOf(state: KioskState, settings: Settings): string {
  const view: View = { ...settings, text: texts[settings.language] };
  const { text, language, contrast } = view;
  const [title, body, main = ''] = contentOf(state, view);
  const isOpen = !('outcome' in state) && state.at !== 'start';
  return `<div class="frame" lang="${language}" data-at="${state.at}" data-contrast="${contrast}" data-title="${e(title)}">
<header><p class="name" lang="ja">みほん銀行</p><nav aria-label="${e(text.settings)}">${Object.entries(
    languages,
  )
    .map(
      ([id, label]) =>
        `<button type="button" lang="${id}" data-set="language" data-value="${id}" aria-pressed="${id === language}">${label}</button>`,
    )
    .join(
      '',
    )}<button type="button" data-set="contrast" aria-pressed="${contrast}">${e(text.contrast)}</button></nav></header>
<main><h1 tabindex="-1">${e(title)}</h1>${body}</main>
<footer><div>${isOpen && kioskActions[state.at].includes('cancel') ? button(text.cancel, 'cancel', 'quiet') : ''}${
    kioskActions[state.at].includes('back') ? button(text.back, 'back', 'quiet') : ''
  }</div>${text.unreviewed ? `<p class="unreviewed">${e(text.unreviewed)}</p>` : ''}<div>${main}</div></footer>
${soonDialog(view)}</div>`;
}

function soonDialog({ text }: View): string {
  const [before = '', after = ''] = text.soonNote(0).split('0');
  return `<dialog role="alertdialog" aria-labelledby="soon" aria-describedby="left"><h2 id="soon">${e(text.soon)}</h2><p id="left" role="timer">${e(before)}<span id="seconds"></span>${e(after)}</p>
<div>${button(text.finish, 'cancel', 'quiet')}${button(text.extend, 'extend', 'primary')}</div></dialog>`;
}

type Content = readonly [title: string, body: string, main?: string];

function contentOf(state: KioskState, view: View): Content {
  const { text } = view;
  switch (state.at) {
    case 'start':
      return [
        text.title,
        `<div class="two hero"><div>${button(text.begin, 'begin', 'primary large')}${paragraphs(text.beginNote)}</div>${drawing('in')}</div>`,
      ];
    case 'menu':
      return [
        text.menu,
        `<div class="list">${state.services.map((one) => menuButton(one, view)).join('')}</div>`,
      ];
    case 'unavailable':
      return [text.closedTitle, closedReasons(state.service, view)];
    case 'first-consent':
      return [
        text.consent,
        `<p class="lead">${e(text.fetchAndProvide(itemsOf(state.service, view), state.service.provider))}</p>${terms(state.service, view)}`,
        `${button(text.refuse, 'refuse')}${button(text.agree, 'agree', 'primary')}`,
      ];
    case 'card-in':
      return [text.cardIn, `${drawing('in')}${paragraphs(text.cardInNote)}`];
    case 'identity-pin':
    case 'fetch-pin':
      return pinContent(state, view);
    case 'second-consent':
      return [
        text.second,
        `<p class="lead">${e(text.provide(itemsOf(state.service, view), state.service.provider))}</p>${terms(state.service, view)}`,
        `${button(text.dontProvide, 'refuse')}${button(text.doProvide, 'agree', 'primary')}`,
      ];
    case 'take-card':
      return [
        text.takeCard,
        `<div class="two"><div>${drawing('out')}${paragraphs(text.takeNote)}</div><div>${endOf(state, view)}</div></div>`,
      ];
    case 'retracting-card':
      return [text.retracting, waiting];
    case 'ended':
      return [
        state.outcome.status === 'provided' ? text.done : text.over,
        `${endOf(state, view)}${paragraphs(text.thanks)}`,
        button(text.toStart, 'next', 'primary'),
      ];
    case 'card-forgotten':
    case 'card-jammed':
      return [text.callStaff, errorsOf(state, view)];
    default:
      return [text.wait, waiting];
  }
}

const waiting = '<div class="waiting" aria-hidden="true"></div>';

/** カードと挿入口の絵。 */
const drawing = (way: 'in' | 'out') =>
  `<svg class="slot" viewBox="0 0 240 150" aria-hidden="true"><rect x="20" y="112" width="200" height="18" rx="9"/><g class="card"><rect x="60" y="12" width="120" height="76" rx="8"/><rect x="74" y="52" width="24" height="18" rx="3"/></g><path d="${
    way === 'in' ? 'M120 92v24m-14-14 14 14 14-14' : 'M120 116V92m-14 14 14-14 14 14'
  }"/></svg>`;

function menuButton(service: KioskMenuEntry, view: View): string {
  const isClosed = service.availability.state === 'closed';
  const { name = service.name } = view.text.services[service.id] ?? {};
  const note = isClosed ? `<small>${e(view.text.closed)}</small>` : '';
  return `<button type="button" class="large" data-act="choose" data-value="${e(service.id)}">${e(name)}${note}</button>`;
}

const itemsOf = ({ items }: KioskMenuEntry, view: View) =>
  Object.values(items)
    .map((item) => itemName(item, view))
    .join(view.language === 'en' ? ', ' : '、');

const itemName = ({ detail, ja, en }: KioskMenuEntry['items'][string], { text, language }: View) =>
  text.itemNames[detail] ?? (language === 'ja' ? ja : en);

function terms(service: KioskMenuEntry, view: View): string {
  const { text } = view;
  const purpose = text.services[service.id]?.purpose ?? service.purpose.text;
  return list([
    [text.items, itemsOf(service, view)],
    [text.provider, service.provider],
    [text.purpose, purpose],
    [text.retention, text.days(service.retention.days)],
  ]);
}

const list = (rows: readonly (readonly [string, string])[]) =>
  `<dl>${rows.map(([term, value]) => `<div><dt>${e(term)}</dt><dd>${e(value)}</dd></div>`).join('')}</dl>`;

function closedReasons({ availability }: KioskMenuEntry, { text, language }: View): string {
  const own = language === 'ja' ? 'ja' : 'en';
  const closed = availability.causes.filter(({ state }) => state === 'closed');
  const reasons = new Set(closed.map(({ citizenText }) => citizenText[own]));
  const locale = language === 'zh' ? 'zh-CN' : language;
  const when = availability.nextOpening?.setLocale(locale).toLocaleString({
    dateStyle: 'long',
    timeStyle: 'short',
  } as object);
  const lines = [...reasons].map((reason) => `<p lang="${own}">${e(reason)}</p>`).join('');
  return `${lines}${when === undefined ? '' : paragraphs(text.reopens(when))}`;
}

function pinContent(
  state: Extract<KioskState, { at: 'identity-pin' | 'fetch-pin' }>,
  { text, keys, scrambled }: View,
): Content {
  const isFirst = state.at === 'identity-pin';
  const digits = keys.map(
    (key) => `<button type="button" class="key" data-digit="${key}">${key}</button>`,
  );
  digits.splice(
    9,
    0,
    `<button type="button" class="key" data-digit="clear">${e(text.clear)}</button>`,
  );
  const dots = '<span class="dot"></span>'.repeat(4);
  const entered = [0, 1, 2, 3, 4].map(text.entered).join('|');
  const body = `<div class="two"><div>${paragraphs(isFirst ? text.identityWhy : text.fetchWhy)}
<p><strong>${e(text.pin)}</strong></p>
<div class="dots" aria-hidden="true">${dots}</div><p id="entered" role="status" data-texts="${e(entered)}">${e(text.entered(0))}</p>
${state.wrongPin ? `<p class="error" role="alert">${e(text.wrongPin)}</p>` : ''}
<p>${e(text.triesLeft(state.triesLeft))}</p></div>
<div class="keypad" role="group" aria-label="${e(text.pin)}">${digits.join('')}<button type="button" class="key primary" data-digit="confirm" disabled>${e(text.confirm)}</button>
<button type="button" class="wide" data-set="scramble" aria-pressed="${scrambled}">${e(scrambled ? text.inOrder : text.scramble)}</button></div></div>`;
  return [isFirst ? text.identityPin : text.fetchPin, body];
}

/** どう終わったか。 */
function endOf(state: Extract<KioskState, { outcome: KioskOutcome }>, view: View): string {
  const { outcome } = state;
  const { text } = view;
  if (outcome.status === 'provided')
    return `${paragraphs(text.provided)}${receiptOf(outcome.receipt(), view)}`;
  if (outcome.status === 'refused')
    return paragraphs(outcome.consent === 'first' ? text.refusedFirst : text.refusedSecond);
  if (outcome.status === 'cancelled') return paragraphs(text.cancelled);
  return errorsOf(state, view);
}

/** SDK のエラーの文は日本語と英語。ほかの言語の文はこの例にある。 */
function errorsOf(state: KioskState, { text, language }: View): string {
  return kioskErrorsOf(state)
    .map(({ number, citizen }) => {
      const said = text.errors?.[number] ?? citizen[language === 'ja' ? 'ja' : 'en'];
      return `<p class="lead">${e(said)}</p><p>${e(text.errorNumber(number))}</p>`;
    })
    .join('');
}

function receiptOf(receipt: KioskReceipt, view: View): string {
  const { text } = view;
  const purpose = text.services[receipt.service.id]?.purpose ?? receipt.purpose;
  return `<section class="receipt" aria-labelledby="receipt"><h2 id="receipt">${e(text.receipt)}</h2>${list(
    [
      [text.receiptNumber, receipt.number],
      [text.providedAt, receipt.providedAt.slice(0, 16).replace('T', ' ')],
      [text.provider, receipt.provider],
      ...receipt.items.map(
        (item) => [text.items, `${itemName(item, view)}: ${text.status[item.status]}`] as const,
      ),
      [text.purpose, purpose],
      [text.retention, text.days(receipt.retentionDays)],
    ],
  )}</section>`;
}

/** 利用者の画面と、その外にあるシミュレーションの引き出し。 */
export function pageOf(): string {
  const simulated = [
    ['insert good', '花子のカードを入れる（1234）'],
    ['insert locked', 'ロックされたカード'],
    ['insert expired', '期限切れのカード'],
    ['insert revoked', '失効したカード'],
    ['take', '出てきたカードを取る'],
    ['pull', 'カードを引き抜く'],
    ['swap', '中のカードをすり替える'],
    ['jam', 'カードを詰まらせる'],
    ['staff', '係員が復旧する'],
  ] as const;
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>情報提出端末</title>
<link rel="stylesheet" href="/style.css"><script src="/client.js" type="module"></script></head><body><div id="screen"></div>
<aside aria-label="シミュレーション（画面の外）"><details><summary>シミュレーション</summary><div class="drawer"><p>ここは利用者の画面ではありません。カードの動きを起こします。</p>${simulated
    .map(([value, label]) => `<button type="button" data-simulate="${value}">${label}</button>`)
    .join('')}<p id="simulated" role="status"></p></div></details></aside></body></html>`;
}
