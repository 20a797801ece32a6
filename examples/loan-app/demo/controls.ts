// デモの操作盤。サンドボックスの時計、申し込む人、障害を選び、保管した情報を確かめる。銀行のアプリの一部ではなく、コピーして使うものでもない。
import { html } from 'hono/html';
import { DateTime } from 'luxon';
import type { Language } from 'myna-selfinfo';
import { type Fault, personas } from 'myna-selfinfo/sandbox';
import type { VaultEvent } from 'myna-selfinfo/vault';
import { type Bilingual, people } from './applicants.js';

const times: Readonly<Record<string, Bilingual>> = {
  '2026-12-01T10:00:00+09:00': { ja: '12月1日(火) 10:00　通常', en: 'Tue 1 Dec 10:00, as usual' },
  '2026-12-06T10:00:00+09:00': {
    ja: '12月6日(日) 10:00　年金の機関が停止',
    en: 'Sun 6 Dec 10:00, pension servers closed',
  },
  '2026-12-20T03:00:00+09:00': {
    ja: '12月20日(日) 3:00　計画停止',
    en: 'Sun 20 Dec 3:00, planned outage',
  },
  '2027-01-01T10:00:00+09:00': {
    ja: '1月1日(金) 10:00　年末年始',
    en: 'Fri 1 Jan 10:00, New Year',
  },
  later: {
    ja: '6分進める（同意の途中で2回押すと時間切れ）',
    en: '6 minutes on (twice during consent: expired)',
  },
};

const troubles: Readonly<Record<string, Bilingual & { readonly faults: readonly Fault[] }>> = {
  none: { ja: 'なし', en: 'none', faults: [] },
  busy: {
    ja: '混雑: 1回目の受け取りが拒否され、20秒後に回復',
    en: 'busy: the first poll is refused, works after 20 s',
    faults: [{ on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 20 }],
  },
  cut: {
    ja: '受け取りの途中で通信が一度切れる（SDK がやり直すので、画面には出ない）',
    en: 'the connection breaks once during the poll (the SDK repeats it, so nothing shows)',
    faults: [{ on: 'result', nth: 1, do: 'reset' }],
  },
  broken: {
    ja: '受け取りの途中で通信が続けて切れ、次は届く',
    en: 'the connection breaks repeatedly during the poll, and works next time',
    faults: [
      { on: 'result', nth: 1, do: 'reset' },
      { on: 'result', nth: 2, do: 'reset' },
    ],
  },
  token: {
    ja: '同意のあとの通信が失敗',
    en: 'the call after the consent fails',
    faults: [{ on: 'token', do: 'error-500' }],
  },
  request: {
    ja: '照会が受け付けられない',
    en: 'the request is refused',
    faults: [{ on: 'request', do: 'error-503', retryAfterSeconds: 60 }],
  },
};

const texts = {
  title: { ja: 'デモの操作盤', en: 'Demo controls' },
  about: {
    ja: '銀行の画面ではありません。サンドボックス（見本のマイナポータル）の状態を変えて、いろいろな画面を試せます。申込書には、選んだ人の見本が入っています。人物と情報はすべて架空です。',
    en: 'Not part of the bank. Change the state of the sandbox (an imitation of Mynaportal) to see every screen. The application is filled in for the person you choose. All people and data are invented.',
  },
  time: { ja: 'サンドボックスの時計', en: 'Clock of the sandbox' },
  who: { ja: '申し込む人とカード', en: 'Applicant and card' },
  pin: { ja: '暗証番号', en: 'PIN' },
  trouble: { ja: '障害', en: 'Trouble' },
  sandbox: { ja: 'サンドボックスの状態と記録を見る', en: 'See the sandbox and its journal' },
  kept: { ja: '保管した情報（vault）', en: 'What is kept (vault)' },
  review: { ja: '同じ目的で見る: 審査の画面', en: 'See it for the same purpose: the screening' },
  marketing: { ja: '別の目的（マーケティング）で見る', en: 'Try another purpose (marketing)' },
  over: { ja: '保持期間が終わった翌日に進める', en: 'Go to the day after the period' },
  refused: {
    ja: '拒否されました。同意された目的は「住宅ローンの事前審査」だけです。',
    en: 'Refused. The citizen agreed to the home loan pre-screening only.',
  },
  gone: {
    ja: '読み出せません。保持期間が終わり、消去されました。',
    en: 'Nothing to read. The period has ended, and it was erased.',
  },
  audit: { ja: '監査ログ（新しい順）', en: 'Audit log (latest first)' },
  nothing: { ja: 'まだ何も保管していません。', en: 'Nothing has been kept yet.' },
} satisfies Record<string, Bilingual>;

/** 監査ログの用語。個人の情報は、イベントに含まれない。 */
const happened: Readonly<Record<VaultEvent['type'], Bilingual>> = {
  put: { ja: '保管', en: 'kept' },
  read: { ja: '読み出し', en: 'read' },
  refused: { ja: '拒否', en: 'refused' },
  erased: { ja: '消去', en: 'erased' },
  swept: { ja: '期間の終わったものを消去', en: 'erased at the end of the period' },
  rotated: { ja: '鍵を交換', en: 'keys rotated' },
  confirmed: { ja: '時計を確認', en: 'clock confirmed' },
};
const SHOWN_EVENTS = 6;

export interface DemoState {
  person: string;
  trouble: string;
  /** 保管庫の監査ログ。古い順。 */
  events: readonly VaultEvent[];
  /** 別の目的で見ようとした結果。 */
  tried: 'refused' | 'gone' | undefined;
}

export interface DemoOrder {
  readonly time?: string | undefined;
  readonly person?: string | undefined;
  readonly trouble?: string | undefined;
  /** 保管した情報に対してすること。 */
  readonly kept?: 'marketing' | 'over' | undefined;
}

/** 押されたボタンが何を変えるか。未知の値は無視する。 */
export function readOrder(form: Readonly<Record<string, unknown>>): DemoOrder {
  const chosen = <T>(table: Readonly<Record<string, T>>, key: string) => {
    const value = form[key];
    return typeof value === 'string' && Object.hasOwn(table, value) ? value : undefined;
  };
  return {
    time: chosen(times, 'time'),
    person: chosen(people, 'person'),
    trouble: chosen(troubles, 'trouble'),
    kept: chosen({ marketing: 0, over: 0 }, 'kept') as DemoOrder['kept'],
  };
}

export const faultsOf = ({ trouble }: DemoState) => troubles[trouble]?.faults ?? [];

/** 最後に保管した記録。 */
export const lastKept = ({ events }: DemoState) => events.findLast((event) => event.type === 'put');

export interface DrawerOptions {
  readonly state: DemoState;
  readonly now: number;
  readonly sandboxUrl: string;
  /** いまの画面。操作のあとに戻る。 */
  readonly path: string;
  readonly isOpen: boolean;
}

/** 画面の隅の引き出し。銀行の画面を隠さないように、畳んである。 */
export function drawer(language: Language, options: DrawerOptions) {
  const { state, now, sandboxUrl, path, isOpen } = options;
  return html`<aside class="demo" aria-label="${texts.title[language]}">
<link rel="stylesheet" href="/demo.css">
<details${isOpen ? html` open` : ''}><summary>${texts.title[language]}</summary>
<div class="panel">
<p>${texts.about[language]}</p>
<form method="post" action="/demo">
<input type="hidden" name="path" value="${path}">
<h2>${texts.time[language]}</h2>
<p class="clock">${timeOf(now, language)}</p>
<ul>${Object.entries(times).map(([at, label]) => button('time', at, label[language]))}</ul>
${vaultControls(language, state)}
${worldControls(language, state)}
</form>
<p><a href="${sandboxUrl}">${texts.sandbox[language]}</a></p>
</div></details>
</aside>`;
}

const timeOf = (at: number, language: Language) =>
  DateTime.fromMillis(at, { zone: 'Asia/Tokyo' })
    .setLocale(language)
    .toFormat(language === 'ja' ? 'yyyy年M月d日(ccc) H:mm' : "ccc d LLL yyyy H:mm 'JST'");

const button = (name: string, value: string, content: unknown, pressed?: boolean) =>
  html`<li><button name="${name}" value="${value}"${pressed === undefined ? '' : html` aria-pressed="${String(pressed)}"`}>${content}</button></li>`;

function worldControls(language: Language, state: DemoState) {
  const cards = Object.entries(people).map(([id, hint]) => {
    const { name, pin } = personas.find((persona) => persona.id === id) ?? {};
    const content = html`<b lang="ja">${name}</b> <span class="pin">${texts.pin[language]} ${pin}</span><small>${hint[language]}</small>`;
    return button('person', id, content, state.person === id);
  });
  return html`<h2>${texts.who[language]}</h2>
<ul>${cards}</ul>
<h2>${texts.trouble[language]}</h2>
<ul>${Object.entries(troubles).map(([id, label]) => button('trouble', id, label[language], state.trouble === id))}</ul>`;
}

function vaultControls(language: Language, state: DemoState) {
  const rows = state.events
    .slice(-SHOWN_EVENTS)
    .reverse()
    .map((event) => {
      const purpose =
        'purpose' in event && event.purpose !== undefined ? html`<br>${event.purpose}` : '';
      const reason =
        'reason' in event && event.reason !== undefined
          ? html`<br><span lang="ja">${event.reason}</span>`
          : '';
      return html`<li><small>${timeOf(Date.parse(event.at), language)}</small> <b>${happened[event.type][language]}</b>${purpose}${reason}</li>`;
    });
  const kept = lastKept(state) !== undefined;
  return html`<h2>${texts.kept[language]}</h2>
${kept ? html`<p><a href="/review">${texts.review[language]}</a></p><ul>${button('kept', 'marketing', texts.marketing[language])}${button('kept', 'over', texts.over[language])}</ul>` : html`<p>${texts.nothing[language]}</p>`}
${state.tried === undefined ? '' : html`<p role="status"><b>${texts[state.tried][language]}</b></p>`}
${kept ? html`<h2>${texts.audit[language]}</h2><ol class="audit">${rows}</ol>` : ''}`;
}
