import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { causeOf } from '../../examples/failure-cause.js';
import { findPart } from '../kit/machine.js';
import { openRedis, type RedisDatabase } from '../kit/redis.js';
import { type Stage, startStage } from '../kit/stage.js';

const redisServer = findPart('redis-server');
let redis: RedisDatabase | undefined;
let stage: Stage;

beforeAll(async () => {
  if (!redisServer.missing) redis = await openRedis();
  stage = startStage({
    'consent-flow': {},
    'three-inquiries': {},
    'five-steps': {},
    calendar: { args: ['2026-11-21T23:00:00+09:00'] },
    'wire-profile/try': {},
    'wire-profile/made-up/try': {},
    'kms-signing': {},
    ...(redis && { 'two-instances': { env: { REDIS_URL: redis.url } } }),
    'vault-kms': {},
    pino: {},
    opentelemetry: {},
    'notice-watcher': {},
    demo: {},
    serve: { program: 'demo', args: ['--serve'], env: { PORT: '0' } },
  });
});
afterAll(() => redis?.stop());

/** Returns what an example prints that runs with the built package. */
async function outputOf(name: string): Promise<string> {
  const { output, errors, code } = await stage.played(name);
  expect([errors, code]).toEqual(['', 0]);
  return output;
}

describe('the examples', () => {
  it('consent-flow fetches when the citizen agrees, and not when the citizen declines', async () => {
    const output = await outputOf('consent-flow');
    expect(output).toContain('同意する: 所得の情報を 1 件取得しました。');
    expect(output).toContain('同意しない: マイナポータルからの情報の取得を中止しました。');
  });

  it('three-inquiries queries the latest, a point in time and a range', async () => {
    const lines = (await outputOf('three-inquiries')).trim().split('\n');
    expect(lines).toEqual([
      '1回目の同意: マイナポータルからの情報の取得が完了しました。内容をご確認ください。',
      '  income: 1 件',
      '  household: 1 件',
      '  vaccination: 3 件',
      '2回目の同意: マイナポータルからの情報の取得が完了しました。内容をご確認ください。',
      '  income: 3 件',
      '  household: この情報は取得の対象に含まれていません。',
      '  vaccination: この情報は取得の対象に含まれていません。',
    ]);
  });

  it('five-steps goes through all steps with a session of its own, and prints no secret', async () => {
    const lines = (await outputOf('five-steps')).trim().split('\n');
    expect(lines).toEqual([
      'リクエストを送りました: {"handle":"[redacted]"}',
      '処理中です。',
      '所得の情報を 1 件取得しました。',
    ]);
  });

  it('calendar shows that the resident registry closes on a third weekend and opens on Sunday at 8', async () => {
    // November 2026 starts on a Sunday, so its third Saturday is the 21st. Table 2.5-3: closed from
    // Saturday 22:00 to Sunday 8:00. The other systems publish no hours for that weekend, so local
    // tax is not certain to open before Monday.
    const output = await outputOf('calendar');
    expect(output).toContain('地方税: × 停止中（11月22日 08:00 まで）');
    expect(output).toContain('次に照会できるのは 11月23日 00:00 から');
  });
});

describe('the example of a wire profile', () => {
  it('passes the check of production and works between sandbox and client', async () => {
    expect((await outputOf('wire-profile/try')).trim().split('\n')).toEqual([
      'publicProfile の未確認の項目: options.profile.paths.authorization',
      'ourProfile の未確認の項目: なし',
      'hanako: /v9/authorize → present',
      'newcomer: /v9/authorize → nothing-on-record',
      'not-covered: /v9/authorize → not-covered',
      'closed-city: /v9/authorize → unavailable',
      'failing: /v9/authorize → failed',
    ]);
  });

  it('gets each status over a made-up wire, from a portal that shares nothing with the client', async () => {
    expect((await outputOf('wire-profile/made-up/try')).trim().split('\n')).toEqual([
      'hanako: present',
      'newcomer: nothing-on-record',
      'not-covered: not-covered',
      'closed-city: unavailable',
      'failing: failed',
    ]);
  });
});

describe('the example of signing by a KMS', () => {
  it('gets the answer with the old key and the new key, and is refused with an unregistered key', async () => {
    const ready = 'マイナポータルからの情報の取得が完了しました。内容をご確認ください。';
    expect((await outputOf('kms-signing')).trim().split('\n')).toEqual([
      `鍵 2026-11: ${ready}`,
      `鍵 2027-11: ${ready}`,
      'KMS による署名: 4 回（PAR とトークンのリクエストに1回ずつ）',
      '鍵 2028-11: 情報を取得できませんでした。お手数ですが、最初からお手続きください。（エラー番号: E-214）',
    ]);
  });
});

describe.skipIf(redisServer.missing)('the example of two instances behind a proxy', () => {
  it('shares a consent and its retrieval through Redis, on any instance', async () => {
    expect((await outputOf('two-instances')).trim().split('\n')).toEqual([
      '同意を始める → インスタンスA: マイナポータルへ',
      '戻ってくる → インスタンスB: 照会しました。',
      '結果を見る → インスタンスA: 所得の情報を 1 件取得しました。',
      '戻りの URL をもう一度開く → インスタンスB: この手続きはすでに受け付けています。結果は元の画面でご確認ください。',
    ]);
  });
});

describe('the example of a vault over a KMS', () => {
  it('reads after a key rotation, for the consented purpose only', async () => {
    const output = await outputOf('vault-kms');
    for (const line of [
      '"type":"rotated","keys":1,"kid":"loan-2027"',
      '  所得情報: 1 件',
      '  指定された目的は、同意を得た目的と異なります。情報は、同意を得た目的に限り利用できます。',
    ])
      expect(output).toContain(line);
    expect(output).not.toContain('課税');
  });
});

/** Texts that must not appear in a log or trace. */
const telltale =
  /Bearer|access_token|PRIVATE KEY|code=|state=|verifier|session-1|花子|課税|千代田|[A-Za-z0-9_-]{40,}/;

describe('the example of events in a log', () => {
  it('says in one line where a failure comes from, with the id to cite, and writes no secret', async () => {
    const output = await outputOf('pino');
    expect(output).not.toMatch(telltale);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const alarming = lines.filter(({ level }) => level > 30);
    expect(
      alarming.map(({ level, type, msg, code, effect }) => [level, type, msg, code, effect]),
    ).toEqual([
      [50, 'step', 'request: failed (portal)', 'upstream_failed', 'unknown'],
      [50, 'step', 'request: failed (network)', 'answer_lost', 'unknown'],
      [40, 'step', 'token: failed (proxy)', 'connection_failed', 'none'],
      [40, 'step', 'token: failed (server-certificate)', 'server_not_trusted', 'none'],
    ]);
    for (const { requestId } of alarming) {
      // The same id as that of the call, which the portal got in a header.
      expect(lines.filter((line) => line.type === 'call' && line.requestId === requestId)).toEqual([
        expect.objectContaining({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
      ]);
    }
    expect(new Set(lines.flatMap(({ transactionId }) => transactionId ?? [])).size).toBe(5);
  });
});

describe('the example of the cause of a failure', () => {
  it.each([
    ['network', { code: 'connection_failed', reason: 'refused' }],
    ['network', { code: 'timed_out' }],
    ['proxy', { code: 'connection_failed', reason: 'proxy' }],
    ['proxy', { code: 'proxy_refused' }],
    ['clock', { code: 'server_not_trusted', reason: 'not_yet_valid' }],
    ['server-certificate', { code: 'server_not_trusted', reason: 'expired' }],
    ['client-certificate', { code: 'certificate_refused', reason: 'expired' }],
    ['client-certificate', { code: 'certificate_refused' }],
    ['portal', { code: 'upstream_unavailable' }],
    ['portal', { outcome: 'rejected', code: 'invalid_grant' }],
    ['store', { code: 'store_full' }],
    ['application', { code: 'connection_failed', reason: 'resources' }],
    ['application', { code: 'unexpected' }],
  ] as const)('names %s for %o', (cause, failure) => {
    expect(causeOf(failure)).toBe(cause);
  });
});

describe('the example of traces', () => {
  it('nests the calls in their steps and the steps in the application, by the conventions for HTTP', async () => {
    const output = await outputOf('opentelemetry');
    expect(output).not.toMatch(telltale);
    // A reset can arrive as a close.
    const lines = output
      .replaceAll(/\b(?:reset|closed)\b/g, 'LOST')
      .trim()
      .split('\n');
    const [first, second, ...rest] = lines;
    expect([first, second]).toEqual([
      '1人目: マイナポータルからの情報の取得が完了しました。内容をご確認ください。',
      expect.stringContaining('（エラー番号: E-206）'),
    ]);
    expect(rest.slice(0, 20)).toEqual([
      'POST /loan',
      '  selfinfo consent begun',
      'GET /callback',
      '  selfinfo callback valid',
      '  selfinfo token granted',
      '    POST token answered 200',
      '  selfinfo request accepted',
      '    POST request answered 200',
      '  selfinfo result ready',
      '    POST result answered 503 503',
      '    POST result answered 200 再送',
      '    POST result answered 200',
      '    selfinfo answer built',
      'POST /loan',
      '  selfinfo consent begun',
      'GET /callback',
      '  selfinfo callback valid',
      '  selfinfo token granted',
      '    POST token answered 200',
      '  selfinfo request failed LOST',
    ]);
    for (const line of [
      '    POST request failed LOST',
      'selfinfo.step.duration {"selfinfo.step":"token","selfinfo.outcome":"granted"} 2 回',
      'http.client.request.duration {"http.request.method":"POST","http.response.status_code":503,"error.type":"503","selfinfo.step":"result"} 1 回',
      'http.client.request.duration {"http.request.method":"POST","error.type":"LOST","selfinfo.step":"request"} 1 回',
    ])
      expect(rest).toContain(line);
  });
});

describe('the example of a notice watcher', () => {
  it('reads the page on a schedule, updates the client, and keeps the last calendar when the page cannot be loaded', async () => {
    const output = await outputOf('notice-watcher');
    for (const line of [
      '  停止: all 2026-12-05T00:00:00+09:00 〜 2026-12-07T06:00:00+09:00（延長または目安）',
      '要確認: 14行目「停止期間の一覧」',
      '読み込めませんでした（HTTP 503）。前回のカレンダーを使い続けます。',
    ]) {
      expect(output).toContain(line);
    }
    const answers = output
      .split('\n')
      .filter((line) => line.includes('12月6日 12:00 の所得の情報:'));
    expect(answers.map((line) => (line.includes('照会できません') ? 'no' : 'yes'))).toEqual([
      'yes',
      'no',
      'no',
    ]);
  });
});

describe('npm run demo', () => {
  let output = '';
  beforeAll(async () => {
    output = await outputOf('demo');
  });

  it('plays the housing loan from consent to answer in Japanese, on a fixed clock', () => {
    const [first = ''] = output.split('\n');
    expect(first).toContain('2026年12月1日(火) 10:00');
    for (const text of [
      '番号 花子',
      '最新情報指定',
      '時点指定',
      '範囲指定',
      '合計所得金額 3,720,000円',
      '給与収入 4,760,000円',
      'マイナポータルからの情報の取得を中止しました。',
      // 30 days after 1 December is the 31st.
      '12月31日(木) 23:59 まで',
      'いまの実際の状況',
    ]) {
      expect(output).toContain(text);
    }
  });

  it('shows the pension service as closed on Sunday until Monday 8:00, and a pension without a holder as uncertain', () => {
    const lines = output.split('\n');
    expect(lines.find((line) => line.includes('pension@pension-service'))).toMatch(
      /停止中 +次に照会できるのは 12月7日\(月\) 8:00/,
    );
    expect(lines.find((line) => line.includes('（pension）'))).toContain('不確定');
  });

  it('prints no token, code, state or key', () => {
    expect(output).not.toMatch(/access_token|code=|state=|Bearer|PRIVATE KEY|[A-Za-z0-9_-]{40,}/);
  });

  it('serves the bank with --serve until it is stopped', async () => {
    const origin = await stage.said('serve', /http:\/\/localhost:\d+/);
    const page = await (await fetch(origin.replace('localhost', '127.0.0.1'))).text();
    expect(page).toContain('住宅ローン 事前審査のお申込み');
    stage.kill('SIGTERM');
    await outputOf('serve');
  });
});

describe('all examples', () => {
  it('close what they open, so that their process ends by itself', async () => {
    stage.stdin.end();
    expect(await stage.ended).toEqual([0, null]);
  });
});

// Runs last, because its workers lose their locks on a machine that is too busy.
describe.skipIf(redisServer.missing)('the example of a retrieval queue', () => {
  it('completes each retrieval and shows it to its citizen while workers are killed', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'examples/retrieval-queue.ts'],
      { env: { ...process.env, REDIS_URL: redis?.url } },
    );
    const [submitted, ...lines] = stdout.trim().split('\n');
    expect(
      (submitted?.match(/\d+(?= 件)/g) ?? []).reduce((sum, count) => sum + Number(count), 0),
    ).toBe(10);
    expect(lines).toEqual([
      'ワーカーを kill -9: 3 回',
      '画面に ready が1回だけ届いた: 10 件',
      '保管庫にある回答: 10 件',
    ]);
  });
});
