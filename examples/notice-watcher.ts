// お知らせのページを定期的に読み、稼働中のクライアントのカレンダーに反映する。読み取れなかった箇所は担当者に通知する。
//   npm install html-to-text
//   npx tsx examples/notice-watcher.ts
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setInterval } from 'node:timers/promises';
import { convert } from 'html-to-text';
import { createSelfInfoClient, defineService } from 'myna-selfinfo';
import { type Announcement, createCalendar } from 'myna-selfinfo/calendar';
import { parseLongNotices } from 'myna-selfinfo/notices';
import { createSandbox } from 'myna-selfinfo/sandbox';

// お知らせのページの代わり。取得のたびに次の版を返し、3回目は応答に失敗する。
const versions = [
  {
    published: '2026-11-20T01:00:00Z',
    html: '<h2>自己情報取得APIの停止について</h2><dl><dt>停止期間</dt><dd>12月5日(土) 0:00 〜 12月6日(日) 0:00</dd></dl>',
  },
  {
    published: '2026-11-27T01:00:00Z',
    html: `<h2>自己情報取得APIの停止について</h2><dl><dt>停止期間</dt><dd>12月5日(土) 0:00 〜 12月6日(日) 0:00</dd></dl>
      <p>作業の状況により、延長する場合があります（最大12/7 6:00まで）。</p>
      <h2>日本年金機構中間サーバの停止について</h2><p>以下の期間において、ご利用いただけません。<a href="schedule.pdf">停止期間の一覧</a></p>`,
  },
  null,
];
let served = 0;
const server = createServer((_, response) => {
  const version = versions[served++];
  if (!version) return response.writeHead(503).end();
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'last-modified': new Date(version.published).toUTCString(),
  };
  return response
    .writeHead(200, headers)
    .end(`<!doctype html><title>お知らせ</title><main>${version.html}</main>`);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

// 公表された表のカレンダーに、読み取れたお知らせをそのつど重ねる。クライアントは常に current を使う。
let current = createCalendar();
const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
});
const sandbox = createSandbox({
  registrations: [
    { clientId: 'SP00000001_HL0001', redirectUris: ['https://loan.example/callback'], service },
  ],
});
await using client = createSelfInfoClient({
  service,
  environment: sandbox.environment(),
  fetch: sandbox.fetch,
  calendar: () => current,
});

/** HTML を、行と見出しの分かれた文字列にする。 */
function textOf(html: string): string {
  const block = { format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } };
  return convert(html, {
    wordwrap: false,
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'skip' },
      { selector: 'table', format: 'dataTable' },
      { selector: 'dt', ...block },
      { selector: 'dd', ...block },
    ],
  });
}

const kindJa = {
  closed: '停止',
  uncertain: '停止の可能性',
  slow: '応答の遅れ',
  'first-use': '初回利用のみ',
  'some-sources': '一部の取得先のみ',
  'unknown-scope': '範囲不明',
};

/** 停止するもの: サービス全体、サーバ、分野詳細、または特定個人情報。 */
const nameOf = (target: Announcement['target']): string =>
  typeof target === 'string' ? target : Object.values(target).join('');

/** ページを1回読む。失敗したときは何も変えない: 読めないことは、停止がないことではない。 */
async function refresh(): Promise<void> {
  const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  // 年の書かれていない日付は、公表された日から判断される。分からなければ取得した時刻でよい。
  const publishedAt = new Date(response.headers.get('last-modified') ?? Date.now());
  const text = textOf(await response.text());
  const { announcements, notUnderstood } = await parseLongNotices(text, { publishedAt });
  // このページの以前のお知らせを置き換える。取り下げや訂正の前の内容は残らない。
  current = current.withFeed(address, announcements, publishedAt);
  for (const { target, state, limit, start, end, approximate } of announcements)
    console.log(
      `  ${kindJa[limit ?? state]}: ${nameOf(target)} ${start} 〜 ${end}${approximate ? '（延長または目安）' : ''}`,
    );
  for (const { line, text, reason } of notUnderstood)
    console.log(`  要確認: ${line}行目「${text}」 ${reason.ja}`);
}

const stateJa = {
  open: '照会できます',
  uncertain: '照会できるか不確定です',
  closed: '照会できません',
};
let round = 0;
// 実際の運用では15分おき程度に。ここでは3回読んで終わる。
for await (const _ of setInterval(20)) {
  console.log(`${++round}回目の確認`);
  await refresh().catch((error: Error) =>
    console.log(`  読み込めませんでした（${error.message}）。前回のカレンダーを使い続けます。`),
  );
  console.log(
    `  12月6日 12:00 の所得の情報: ${stateJa[client.availability({ at: '2026-12-06T12:00:00+09:00' }).state]}`,
  );
  if (round === versions.length) break;
}
server.close();
