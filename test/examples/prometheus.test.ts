import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSelfInfoClient } from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { array, literal, number, object, strictObject, string, union } from 'zod';
import { createMetrics } from '../../examples/prometheus/metrics.js';
import { loan } from '../../examples/web/loan.js';
import { findPart } from '../kit/machine.js';
import { type Stage, startStage } from '../kit/stage.js';

const folder = fileURLToPath(new URL('../../examples/prometheus', import.meta.url));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const promtool = findPart('promtool');

let stage: Stage;
let text = '';

beforeAll(async () => {
  stage = startStage({
    once: { program: 'prometheus/start' },
    serve: { program: 'prometheus/start', args: ['--serve'], env: { PORT: '0' } },
  });
  const { output, errors, code } = await stage.played('once');
  expect([errors, code]).toEqual(['', 0]);
  // A reset can arrive as a close.
  text = output.replaceAll('reason="closed"', 'reason="reset"');
});
afterAll(() => stage.kill('SIGKILL'));

/** Returns the value of a series as it is written in the text. */
const sampleOf = (series: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1);

describe('the metrics of the Prometheus example', () => {
  it('counts what three citizens did, with the cause of the failure', () => {
    expect(text).toContain('# 申込み: マイナポータルからの情報の取得が完了しました。');
    for (const [series, value] of Object.entries({
      'selfinfo_steps_total{step="consent",outcome="begun"}': '3',
      'selfinfo_steps_total{step="callback",outcome="valid"}': '2',
      'selfinfo_steps_total{step="callback",outcome="declined"}': '1',
      'selfinfo_steps_total{step="request",outcome="accepted"}': '1',
      'selfinfo_steps_total{step="request",outcome="failed"}': '1',
      'selfinfo_steps_total{step="result",outcome="ready"}': '1',
      'selfinfo_step_failures_total{step="request",cause="network",code="answer_lost",reason="reset",effect="unknown"}':
        '1',
      'selfinfo_call_failures_total{step="request",cause="network",code="answer_lost",reason="reset"}':
        '1',
      'selfinfo_call_duration_seconds_count{step="token",method="POST",status="200"}': '2',
      selfinfo_consents_begun_total: '3',
      selfinfo_consents_pending: '0',
      selfinfo_calls_in_flight: '0',
      selfinfo_retrievals_parked: '0',
      selfinfo_store_entries_max: '100000',
    }))
      expect([series, sampleOf(series)]).toEqual([series, value]);
  });

  it('says that every part of the check is ok, and when the certificate and the calendar end', () => {
    for (const part of ['credential', 'calendar', 'store', 'portal'])
      expect([part, sampleOf(`selfinfo_check_ok{part="${part}"}`)]).toEqual([part, '1']);
    expect(text).not.toContain('selfinfo_check_failure{');
    for (const part of ['credential', 'calendar'])
      expect(Number(sampleOf(`selfinfo_ends_timestamp_seconds{part="${part}"}`))).toBeGreaterThan(
        Date.parse('2026-12-01T10:00:00+09:00') / 1000,
      );
  });

  it('carries no id, token, code, host or personal value', () => {
    expect(text).not.toMatch(
      /Bearer|PRIVATE KEY|code=\w|state=|session-1|花子|課税|localhost|127\.0\.0\.1|[0-9a-f]{8}-[0-9a-f]{4}|[A-Za-z0-9_-]{60,}/,
    );
  });

  it('is served at /metrics alone with --serve, until it is stopped', async () => {
    const url = await stage.said('serve', /http:\/\/127\.0\.0\.1:\d+\/metrics/);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('selfinfo_check_ok{part="store"} 1');
    expect((await fetch(new URL('/', url))).status).toBe(404);
    stage.kill('SIGTERM');
    expect(await stage.played('serve')).toMatchObject({ errors: '', code: 0 });
  });

  it.skipIf(promtool.missing)(
    'follows the rules of promtool for names and help texts',
    async () => {
      const child = execFile(promtool.path(), ['check', 'metrics']);
      let printed = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (chunk) => (printed += chunk));
      child.stdin?.end(text);
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect([code, printed]).toEqual([0, '']);
    },
  );
});

describe('a check that fails', () => {
  it('becomes one line per part, with the cause, and the rest stays ok', async () => {
    await using sandbox = await startSandbox({
      registrations: [
        {
          clientId: 'SP00000001_HL0001',
          redirectUris: ['http://localhost/callback'],
          service: loan,
        },
      ],
    });
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const metrics = createMetrics({ maxEntries: 10 });
    await using client = createSelfInfoClient({
      service: loan,
      ...sandbox.connection,
      egress: { proxy: `http://127.0.0.1:${port}` },
      onEvent: metrics.onEvent,
    });
    await metrics.watch(client);
    metrics.stop();
    const lines = (await metrics.text()).split('\n');
    expect(lines.filter((line) => /^selfinfo_check_(?:ok|failure)/.test(line))).toEqual([
      'selfinfo_check_ok{part="credential"} 1',
      'selfinfo_check_ok{part="calendar"} 1',
      'selfinfo_check_ok{part="store"} 1',
      'selfinfo_check_ok{part="portal"} 0',
      'selfinfo_check_failure{part="portal",cause="proxy",code="connection_failed",reason="proxy"} 1',
    ]);
  });
});

interface Query {
  readonly place: string;
  readonly expr: string;
}

const dashboard: {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string }[];
  };
} = JSON.parse(read('dashboard.json'));
const panelQueries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }): Query => ({ place: title, expr })),
);
const variableQueries = dashboard.templating.list
  .filter(({ query }) => query.includes('('))
  .map(({ name, query }): Query => ({ place: name, expr: query }));
// What is between `expr:` and the next key of the same rule.
const ruleQueries = [
  ...read('alerts.yml').matchAll(/- alert: (\w+)\n\s+expr:([\s\S]*?)\n\s+for:/g),
].map(([, place = '', expr = '']): Query => ({ place, expr }));

/** Returns the metrics of a query, without the suffix of a histogram. */
const metricsOf = ({ expr }: Query) =>
  [...expr.matchAll(/\b(?:selfinfo_\w+|up\b)/g)].map(([name]) =>
    name.replace(/_(?:bucket|count|sum)$/, ''),
  );

describe('the dashboard and the alert rules', () => {
  it('query only metrics that the program exports, and use each of them', () => {
    const exported = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
    expect(ruleQueries.length).toBe(read('alerts.yml').split('- alert:').length - 1);
    const queries = [...panelQueries, ...variableQueries, ...ruleQueries];
    const unknown = queries.filter((query) => {
      const names = metricsOf(query);
      // Prometheus itself makes `up`.
      return names.length === 0 || names.some((name) => name !== 'up' && !exported.includes(name));
    });
    expect(unknown).toEqual([]);
    const used = queries.flatMap(metricsOf);
    expect(exported.filter((name) => name !== undefined && !used.includes(name))).toEqual([]);
  });

  it('select by labels that these metrics have', () => {
    const labels = new Map<string, Set<string>>();
    for (const [, name = '', list = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm)) {
      const known = labels.get(name) ?? new Set(['job', 'instance']);
      for (const [, label = ''] of list.matchAll(/(\w+)="/g)) known.add(label);
      labels.set(name, known);
    }
    const wrong = [...panelQueries, ...ruleQueries].flatMap(({ place, expr }) =>
      [...expr.matchAll(/\b(selfinfo_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', list = '']) =>
        [...list.matchAll(/(\w+)(?:=|!=|=~|!~)"/g)]
          .map(([, label = '']) => label)
          .filter((label) => labels.has(name) && !labels.get(name)?.has(label))
          .map((label) => `${place}: ${name} has no ${label}`),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(promtool.missing)('promtool accepts', () => {
  const run = (...args: string[]) => promisify(execFile)(promtool.path(), args, { cwd: folder });

  it('the configuration and the alert rules', async () => {
    await run('check', 'config', 'prometheus.yml');
    const { stdout } = await run('check', 'rules', 'alerts.yml');
    expect(stdout).toContain(`SUCCESS: ${ruleQueries.length} rules found`);
  });

  it('the tests of the alert rules, which name each alert', async () => {
    const { stdout } = await run('test', 'rules', 'alerts.test.yml');
    expect(stdout).toContain('SUCCESS');
    const tests = read('alerts.test.yml');
    expect(ruleQueries.map(({ place }) => place).filter((name) => !tests.includes(name))).toEqual(
      [],
    );
  });

  it('the queries of the dashboard', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'myna-selfinfo-dashboard-'));
    try {
      const rules = panelQueries.map(({ expr }, index) => ({
        record: `dashboard:query:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
      }));
      const file = join(temporary, 'rules.yml');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const { stdout } = await run('check', 'rules', file);
      expect(stdout).toContain(`SUCCESS: ${panelQueries.length} rules found`);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
});

describe('the dashboard', () => {
  const datasource = strictObject({
    type: literal('prometheus'),
    uid: literal(['$', '{datasource}'].join('')),
  });
  const whole = number().int().min(0);
  const panel = object({
    id: whole,
    type: union([literal('stat'), literal('table'), literal('timeseries')]),
    // Japanese first, English beside.
    title: string().regex(/^\P{ASCII}.* \/ [\x20-\x7e]+$/u),
    datasource,
    gridPos: strictObject({ x: whole, y: whole, w: whole.min(1), h: whole.min(1) }),
    targets: array(
      object({
        refId: string().regex(/^[A-Z]$/),
        datasource,
        expr: string(),
        legendFormat: string(),
      }),
    ).min(1),
    fieldConfig: strictObject({ defaults: object({}), overrides: array(object({})) }),
    options: object({}),
  });
  const classic = object({
    uid: string().min(8).max(40),
    title: string(),
    tags: array(string()),
    timezone: literal('Asia/Tokyo'),
    schemaVersion: whole,
    time: strictObject({ from: string(), to: string() }),
    annotations: strictObject({ list: array(object({})) }),
    templating: strictObject({
      list: array(object({ type: string(), name: string(), label: string(), query: string() })),
    }),
    panels: array(panel).min(1),
  });

  it('has the shape of the classic JSON model of Grafana, with its data source as a variable', () => {
    expect(classic.safeParse(dashboard).error).toBeUndefined();
    expect(dashboard.templating.list.map(({ name }) => name)).toContain('datasource');
    // Grafana gives an imported dashboard an id of its own.
    expect(dashboard).not.toHaveProperty('id');
  });

  it('has panels with different ids that fit into 24 columns and do not overlap', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => [x + (index % w), y + Math.floor(index / w)]),
    );
    expect(cells.filter(([x = 0]) => x >= 24)).toEqual([]);
    expect(new Set(cells.map(String)).size).toBe(cells.length);
  });
});
