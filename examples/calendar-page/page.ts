// ブラウザだけで動く運用カレンダー。サーバも通信も不要。
import type { Language } from 'myna-selfinfo';
import {
  createCalendar,
  details,
  isSelfInfoError,
  isServerId,
  type ServerId,
  servers,
  type Target,
  toICalendar,
  toSvg,
} from 'myna-selfinfo/calendar';

const words = {
  ja: {
    heading: '自己情報 運用カレンダー',
    lang: 'English',
    target: '対象',
    month: '月',
    previous: '前の月',
    next: '次の月',
    print: '印刷',
    feed: '停止予定を保存（.ics）',
    details: '分野詳細',
    servers: 'サーバ単独',
    now: { open: '○ いま運用中', uncertain: '△ いま不確定', closed: '× いま停止中' },
    until: '現在の状態は次の時刻まで: ',
    opens: '次に運用中になる時刻: ',
  },
  en: {
    heading: 'Self-information calendar',
    lang: '日本語',
    target: 'Target',
    month: 'Month',
    previous: 'Previous month',
    next: 'Next month',
    print: 'Print',
    feed: 'Save outages (.ics)',
    details: 'Details',
    servers: 'A server alone',
    now: { open: '○ open now', uncertain: '△ uncertain now', closed: '× closed now' },
    until: 'As it is now until ',
    opens: 'Next open from ',
  },
};

const calendar = createCalendar();
const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [select, input, figure] = [
  byId<HTMLSelectElement>('target'),
  byId<HTMLInputElement>('month'),
  document.querySelector('figure') as HTMLElement,
];
const tokyoMonth = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Tokyo',
  year: 'numeric',
  month: '2-digit',
});

// 表示の状態は URL に置き、共有・再読み込みできるようにする。例: #target=pension&month=2026-12&lang=en
const state = new URLSearchParams(location.hash.slice(1));
const lang = (): Language => (state.get('lang') === 'en' ? 'en' : 'ja');
const month = () => state.get('month') ?? tokyoMonth.format(new Date());
const targetId = () => state.get('target') ?? 'local-tax';
const target = () =>
  (isServerId(targetId()) ? { server: targetId() as ServerId } : targetId()) as Target;

function change(name: 'target' | 'month' | 'lang', value: string) {
  state.set(name, value);
  history.replaceState(null, '', `#${state}`);
  show();
}

function monthAfter(text: string, count: number): string {
  const [year, number] = text.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

function show() {
  const text = words[lang()];
  document.documentElement.lang = lang();
  document.title = text.heading;
  (document.querySelector('h1') as HTMLElement).textContent = text.heading;
  for (const id of ['lang', 'print', 'feed'] as const) byId(id).textContent = text[id];
  byId('target-label').textContent = text.target;
  byId('month-label').textContent = text.month;
  for (const [id, sign] of [
    ['previous', '‹'],
    ['next', '›'],
  ] as const) {
    byId(id).textContent = sign;
    byId(id).setAttribute('aria-label', text[id]);
  }
  select.replaceChildren(group(text.details, details), group(text.servers, servers));
  select.value = targetId();
  input.value = month();
  try {
    const { state: now, until, nextOpening } = calendar.status(target());
    const time = now === 'open' ? until : nextOpening;
    const when =
      time
        ?.setLocale(lang())
        .toFormat(lang() === 'ja' ? 'yyyy年M月d日(ccc) H:mm' : 'ccc d LLL yyyy H:mm') ?? '-';
    byId('now').replaceChildren(
      Object.assign(document.createElement('strong'), { textContent: text.now[now] }),
      (now === 'open' ? text.until : text.opens) + when,
    );
    const svg = new DOMParser().parseFromString(
      toSvg(calendar, [target()], { month: month(), lang: lang() }),
      'image/svg+xml',
    );
    figure.replaceChildren(document.importNode(svg.documentElement, true));
    byId('problem').textContent = '';
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    figure.replaceChildren();
    byId('problem').textContent = lang() === 'ja' ? error.messageJa : error.message;
  }
}

function group(label: string, rows: readonly { id: string; ja: string; en: string }[]) {
  const options = rows.map((row) => new Option(row[lang()], row.id));
  const element = document.createElement('optgroup');
  element.label = label;
  element.append(...options);
  return element;
}

function saveFeed() {
  const feed = toICalendar(calendar, target(), {
    start: `${month()}-01`,
    end: `${monthAfter(month(), 3)}-01`,
    lang: lang(),
  });
  const url = URL.createObjectURL(new Blob([feed], { type: 'text/calendar;charset=utf-8' }));
  Object.assign(document.createElement('a'), {
    href: url,
    download: `${targetId()}-${month()}.ics`,
  }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

select.addEventListener('change', () => change('target', select.value));
input.addEventListener('change', () => input.value && change('month', input.value));
byId('previous').addEventListener('click', () => change('month', monthAfter(month(), -1)));
byId('next').addEventListener('click', () => change('month', monthAfter(month(), 1)));
byId('lang').addEventListener('click', () => change('lang', lang() === 'ja' ? 'en' : 'ja'));
byId('print').addEventListener('click', () => print());
byId('feed').addEventListener('click', saveFeed);
document.querySelector('form')?.addEventListener('submit', (event) => event.preventDefault());
show();
