// 自己情報をいま照会できるか、できないなら次はいつかを、公表された運用日・時間から判定する。
//   npx tsx examples/calendar.ts [時刻]
//   npx tsx examples/calendar.ts 2026-11-21T23:00:00+09:00
import { type Cause, createCalendar, details, servers } from 'myna-selfinfo/calendar';

const calendar = createCalendar();
const at = process.argv[2] ?? new Date();

const stateJa = { open: '○ 運用中', uncertain: '△ 不確定', closed: '× 停止中' };
const time = (instant: { toFormat(format: string): string } | null) =>
  instant?.toFormat('M月d日 HH:mm') ?? '対象期間の終わり';
const nameOf = (id: string | null) => servers.find((server) => server.id === id)?.ja ?? '';
const sourceOf = ({ source }: Cause) => {
  if (source.kind === 'guideline')
    return `表${source.table}${source.reading ? '、解釈を含む' : ''}`;
  return source.kind === 'announcement'
    ? `お知らせ「${source.source}」`
    : (source.source ?? '独自の設定');
};
const reasonOf = (cause: Cause) =>
  `${cause.text.ja}（${time(cause.start)}〜${time(cause.end)}、${sourceOf(cause)}）`;

// カードをかざす前に: 地方税の情報をいま照会できるか。
const tax = calendar.status('local-tax', at);
console.log(`地方税: ${stateJa[tax.state]}（${time(tax.until)} まで）`);
for (const cause of tax.causes) console.log(`  ${reasonOf(cause)}`);
if (tax.state !== 'open') console.log(`  次に照会できるのは ${time(tax.nextOpening)} から`);

// 年金は6つのサーバが分けて保有する。どのサーバの情報かは利用者による。
const pension = calendar.status('pension', at);
console.log(`\n年金: ${stateJa[pension.state]}`);
for (const holder of pension.holders ?? [])
  console.log(`  ${stateJa[holder.state]}  ${nameOf(holder.server)}`);

// 両方を一度に照会したいとき、この先1週間で開いている時間帯。
const start = calendar.nextOpening({ allOf: ['local-tax', 'pension'] }, at);
if (start) {
  console.log('\n地方税と年金をまとめて照会できる時間帯（1週間）');
  const end = start.plus({ days: 7 });
  for (const open of calendar.windows({ allOf: ['local-tax', 'pension'] }, start, end))
    console.log(`  ${time(open.start)} 〜 ${time(open.end)}`);
}

// いま照会できる分野詳細。「運用中」は公表された表によるもので、実際の応答を保証するものではない。
const open = details.filter((detail) => calendar.isOpen(detail.id, at)).map((detail) => detail.ja);
console.log(`\nいま照会できる分野詳細: ${open.length} / ${details.length}  ${open.join('、')}`);

// 公表された表と異なるお知らせがあれば、それを反映した別のカレンダーを作る。この停止は公金受取口座の情報だけに関わる。
const updated = calendar.with([
  {
    id: '2026-10-account',
    target: { detail: 'public-funds-account' },
    state: 'closed',
    start: '2026-10-13T23:50+09:00',
    end: '2026-10-14T08:00+09:00',
    announcedAt: '2026-10-01',
    source: '公金受取口座のみ 10月13日(火) 23:50 〜 10月14日(水) 8:00',
  },
]);
console.log('\n2026年10月の公金受取口座（お知らせを反映）');
for (const { start, end, state, causes } of updated.segments(
  'public-funds-account',
  '2026-10-01',
  '2026-11-01',
)) {
  console.log(
    `  ${stateJa[state]}  ${time(start)} 〜 ${time(end)}  ${causes.map(reasonOf).join('、')}`,
  );
}
