// デモの操作盤。サンドボックスの時計、申し込む人、障害を選ぶ。銀行のアプリの一部ではなく、写して使うものでもない。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Language } from 'myna-selfinfo';
import { type Fault, personas } from 'myna-selfinfo/sandbox';
import type { Application } from './session.js';

type Bilingual = Readonly<Record<Language, string>>;

const times: Readonly<Record<string, Bilingual>> = {
  '2026-12-01T10:00:00+09:00': { ja: '12月1日(火) 10:00　通常', en: 'Tue 1 Dec 10:00, as usual' },
  '2026-12-06T10:00:00+09:00': { ja: '12月6日(日) 10:00　年金の機関が停止', en: 'Sun 6 Dec 10:00, pension servers closed' },
  '2026-12-20T03:00:00+09:00': { ja: '12月20日(日) 3:00　計画停止', en: 'Sun 20 Dec 3:00, planned outage' },
  '2027-01-01T10:00:00+09:00': { ja: '1月1日(金) 10:00　年末年始', en: 'Fri 1 Jan 10:00, New Year' },
  later: { ja: '6分進める（同意の途中で2回押すと時間切れ）', en: '6 minutes on (twice during consent: expired)' },
};

const people: Readonly<Record<string, Bilingual>> = {
  hanako: { ja: '所得も世帯もそろっている', en: 'income and household are there' },
  mover: { ja: '転居した: 2つの市町の情報', en: 'moved: two municipalities' },
  pensioner: { ja: '年金が3機関、応答に時間がかかる', en: 'pensions from three holders, slow' },
  'taro-unfiled': { ja: '未申告', en: 'tax not filed' },
  newcomer: { ja: '該当する情報がない', en: 'nothing on record' },
  'one-of-two-closed': { ja: '年金の一部の機関が停止中', en: 'one pension holder closed' },
  'closed-city': { ja: '市のサーバが停止中', en: 'the city’s server is closed' },
  failing: { ja: '所得の取得に失敗する', en: 'income fails' },
  'another-person': { ja: 'ほかの人の申込みにこのカードを使うと、別人の情報と分かる', en: 'use this card for somebody else’s application' },
  'locked-card': { ja: 'カードがロックされている', en: 'the card is locked' },
};

const troubles: Readonly<Record<string, Bilingual & { readonly faults: readonly Fault[] }>> = {
  none: { ja: 'なし', en: 'none', faults: [] },
  busy: {
    ja: '混雑: 1回目の受け取りが断られ、20秒後に回復',
    en: 'busy: the first poll is refused, better after 20 s',
    faults: [{ on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 20 }],
  },
  cut: { ja: '受け取りの途中で通信が一度切れる', en: 'the connection breaks once while the answer comes', faults: [{ on: 'result', nth: 1, do: 'reset' }] },
  token: { ja: '同意のあとの通信が失敗', en: 'the call after the consent fails', faults: [{ on: 'token', do: 'error-500' }] },
  request: { ja: '照会が受け付けられない', en: 'the request is refused', faults: [{ on: 'request', do: 'error-503', retryAfterSeconds: 60 }] },
};

const texts = {
  title: { ja: 'デモの操作盤', en: 'Demo controls' },
  about: {
    ja: '銀行の画面ではありません。サンドボックス（見本のマイナポータル）の状態を変えて、いろいろな画面を試せます。人物と情報はすべて架空です。',
    en: 'Not part of the bank. Change the state of the sandbox (an imitation of Mynaportal) to see every screen. All people and data are invented.',
  },
  time: { ja: 'サンドボックスの時計', en: 'Clock of the sandbox' },
  who: { ja: '申し込む人とカード', en: 'Applicant and card' },
  pin: { ja: '暗証番号', en: 'PIN' },
  trouble: { ja: '障害', en: 'Trouble' },
  log: { ja: 'サンドボックスの記録を見る', en: 'See the log of the sandbox' },
} satisfies Record<string, Bilingual>;

export interface DemoState {
  person: string;
  trouble: string;
}

export const exampleOf = ({ person }: DemoState): Partial<Application> => {
  const { name = '', birthDate = '' } = personas.find(({ id }) => id === person) ?? {};
  return { name, birthDate, amount: '3500', years: '35' };
};

export interface DemoOrder {
  readonly time?: string | undefined;
  readonly person?: string | undefined;
  readonly trouble?: string | undefined;
}

/** 押されたボタンが何を変えるか。知らない値は何も変えない。 */
export function readOrder(form: Readonly<Record<string, unknown>>): DemoOrder {
  const chosen = <T>(table: Readonly<Record<string, T>>, key: string) => {
    const value = form[key];
    return typeof value === 'string' && Object.hasOwn(table, value) ? value : undefined;
  };
  return { time: chosen(times, 'time'), person: chosen(people, 'person'), trouble: chosen(troubles, 'trouble') };
}

export const faultsOf = ({ trouble }: DemoState) => troubles[trouble]?.faults ?? [];

export function controlBox(language: Language, state: DemoState, now: number, logUrl: string) {
  const shown = DateTime.fromMillis(now, { zone: 'Asia/Tokyo' })
    .setLocale(language)
    .toFormat(language === 'ja' ? 'yyyy年M月d日(ccc) H:mm' : "ccc d LLL yyyy H:mm 'JST'");
  const button = (name: string, value: string, content: unknown, pressed?: boolean) =>
    html`<li><button name="${name}" value="${value}"${pressed === undefined ? '' : html` aria-pressed="${String(pressed)}"`}>${content}</button></li>`;
  const cards = Object.entries(people).map(([id, hint]) => {
    const { name, pin } = personas.find((persona) => persona.id === id) ?? {};
    return button(
      'person',
      id,
      html`<b lang="ja">${name}</b> <span class="pin">${texts.pin[language]} ${pin}</span><small>${hint[language]}</small>`,
      state.person === id,
    );
  });
  return html`<aside class="demo" aria-labelledby="demo">
<h2 id="demo">${texts.title[language]}</h2>
<p>${texts.about[language]}</p>
<form method="post" action="/demo">
<h3>${texts.time[language]}</h3>
<p class="clock">${shown}</p>
<ul>${Object.entries(times).map(([at, label]) => button('time', at, label[language]))}</ul>
<h3>${texts.who[language]}</h3>
<ul>${cards}</ul>
<h3>${texts.trouble[language]}</h3>
<ul>${Object.entries(troubles).map(([id, label]) => button('trouble', id, label[language], state.trouble === id))}</ul>
</form>
<p><a href="${logUrl}">${texts.log[language]}</a></p>
</aside>`;
}
