import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DCLinter } from 'dclint';
import { validate as lintDockerfile } from 'dockerfile-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loan } from '../../examples/compose/service.js';
import { DRAIN_MS } from '../../examples/compose/settings.js';
import { findPart } from '../kit/machine.js';
import { visitByHttp } from './citizen.js';
import { type Compose, composeFile, openCompose, type Running, readStage } from './composed.js';

const folder = fileURLToPath(new URL('../../examples/compose', import.meta.url));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const parts = [findPart('redis-server'), findPart('postgres')];
const READY = '情報を取得しました。内容をご確認ください。（1 件）';

describe('the files of the compose example', () => {
  it('have no errors for dclint and the linter of Dockerfiles', async () => {
    const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
    const [file] = linter.lintFiles([join(folder, 'compose.yaml')], false);
    expect(file?.errorCount).toBe(0);
    expect(lintDockerfile(read('Dockerfile'))).toEqual([]);
  });

  it('run every process of ours as the user node, on a read-only file system, without capabilities', () => {
    for (const name of ['app', 'migrate', 'sandbox']) {
      const service = composeFile.services[name];
      expect(readStage(service?.build?.target ?? '').user).toBe('node');
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
  });

  it('give secrets as files that exist, and none in a variable', () => {
    const mounted = Object.values(composeFile.services).flatMap(({ secrets = [] }) => secrets);
    expect(Object.keys(composeFile.secrets).sort()).toEqual([...new Set(mounted)].sort());
    const variables = Object.values(composeFile.services).flatMap(({ environment = {} }) =>
      Object.keys(environment),
    );
    expect(
      variables.filter((name) => /KEY|PASSWORD|SECRET/.test(name) && !/_FILE$/.test(name)),
    ).toEqual([]);
  });

  it('wait for the drain before they kill', () => {
    expect(composeFile.services.app?.stop_grace_period).toBe('75s');
    expect(DRAIN_MS).toBeLessThan(75_000);
  });

  it('register the same service with the sandbox as the app declares', () => {
    const { name, purpose, retention, items } = loan;
    expect({ name, purpose, retention, items }).toMatchObject(
      JSON.parse(read('registration.json')).service,
    );
  });
});

describe.skipIf(parts.some(({ missing }) => missing))('the compose example', () => {
  let compose: Compose;
  const apps: Running[] = [];
  beforeAll(async () => {
    compose = await openCompose();
  });
  afterAll(() => compose?.stop());
  afterEach(async () => {
    compose.tunnel.disarm();
    for (const app of apps.splice(0)) await app.end('SIGKILL');
  });

  async function startApp(env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const app = await compose.runApp(env);
    apps.push(app);
    return app;
  }

  const health = async (path: string) => {
    const response = await fetch(`${compose.probes}${path}`);
    return { status: response.status, body: await response.json() };
  };

  /** Starts a consent at the bank, and returns its callback and the cookie of its session. */
  async function consent(decision?: 'decline') {
    const started = await fetch(`${compose.origin}/start`, { method: 'POST', redirect: 'manual' });
    const [cookie = ''] = (started.headers.get('set-cookie') ?? '').split(';', 1);
    const callback = await visitByHttp(started.headers.get('location') ?? '', decision);
    return { callback, headers: { cookie } };
  }

  /** Reloads the page of the result as its Refresh header says, until it changes. */
  async function result(headers: Record<string, string>): Promise<string> {
    for (;;) {
      const response = await fetch(`${compose.origin}/result`, { headers });
      const text = await response.text();
      if (!response.headers.has('refresh')) return text;
    }
  }

  it('goes from the consent to an answer in the vault, and shows it again from there', async () => {
    expect(await compose.checkHealth()).toBe(1);
    const app = await startApp();
    expect(await compose.checkHealth()).toBe(0);
    expect(await health('/readyz')).toEqual({
      status: 200,
      body: {
        ready: true,
        vault: true,
        credential: 'ok',
        calendar: 'ok',
        store: 'ok',
        portal: 'ok',
      },
    });
    const { callback, headers } = await consent();
    const back = await fetch(callback, { headers, redirect: 'manual' });
    expect([back.status, back.headers.get('location')]).toEqual([303, '/result']);
    expect(await result(headers)).toContain(READY);
    expect(await result(headers)).toContain(READY);
    const { rows } = await compose.postgres.pool().query('select purpose from myna_vault.records');
    expect(rows).toEqual([{ purpose: 'housing-loan' }]);

    const again = await fetch(callback, { headers, redirect: 'manual' });
    expect(again.headers.get('location')).toBe('/result');
    const stranger = await fetch(`${compose.origin}/result`);
    expect(await stranger.text()).toContain('お手続きの状況を確認できませんでした');
    const declined = await consent('decline');
    expect(await (await fetch(declined.callback, declined)).text()).not.toContain('（1 件）');
    expect(app.output()).not.toMatch(/Bearer|code=|state=|花子|課税|PRIVATE KEY|Error:/);
  });

  it('ends a running callback after SIGTERM, and loses nothing: the next process collects the answer', async () => {
    const first = await startApp();
    expect((await health('/readyz')).status).toBe(200);
    const { callback, headers } = await consent();
    // The exchange of the code has begun, and the portal does not respond yet.
    compose.tunnel.arm({ direction: 'up', event: 'delay', byte: 0 });
    const back = fetch(callback, { headers, redirect: 'manual' });
    await expect.poll(() => compose.tunnel.struck).toBe(true);

    first.kill('SIGTERM');
    await first.says(/"outcome":"ending","signal":"SIGTERM","requests":1/);
    expect(await health('/readyz')).toEqual({ status: 503, body: { ready: false, ending: true } });
    expect((await health('/livez')).status).toBe(200);
    await expect(fetch(compose.origin)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });

    compose.tunnel.release();
    const { status, headers: answered } = await back;
    expect([status, answered.get('location'), answered.get('connection')]).toEqual([
      303,
      '/result',
      'close',
    ]);
    const { code, output } = await first.ended;
    expect(code).toBe(0);
    expect(output).toMatch(/"outcome":"ended"}\n$/);

    await startApp();
    expect(await result(headers)).toContain(READY);
  });

  it('ends a running wait for an answer after SIGTERM, and the next process collects it', async () => {
    const first = await startApp();
    const { callback, headers } = await consent();
    await fetch(callback, { headers, redirect: 'manual' });
    compose.tunnel.arm({ direction: 'up', event: 'delay', byte: 0 });
    const page = fetch(`${compose.origin}/result`, { headers });
    await expect.poll(() => compose.tunnel.struck).toBe(true);
    first.kill('SIGTERM');
    await first.says(/"requests":1/);
    const waiting = await page;
    expect([waiting.status, waiting.headers.get('refresh')]).toEqual([200, '1']);
    expect((await first.ended).code).toBe(0);

    compose.tunnel.release();
    await startApp();
    expect(await result(headers)).toContain(READY);
  });

  it('switches to a new client certificate on SIGHUP, and keeps the old one while the pair does not match', async () => {
    const [here, other] = [join(compose.folder, 'certificate'), join(compose.folder, 'other')];
    mkdirSync(here);
    const copy = (from: string, ...names: string[]) => {
      for (const name of names) copyFileSync(join(from, name), join(here, name));
    };
    // The certificate of another authority, on which the portal closes the connection.
    const stranger = compose.launch(
      readStage('sandbox').command.slice(0, 5).concat('--out', other, '--json'),
    );
    await stranger.says(/"personas"/);
    const registered = join(compose.folder, 'sandbox');
    copy(registered, 'client.pem', 'client-key.pem');
    const app = await startApp({
      SELFINFO_CERT_FILE: join(here, 'client.pem'),
      SELFINFO_KEY_FILE: join(here, 'client-key.pem'),
    });
    expect((await health('/readyz')).status).toBe(200);

    copy(other, 'client.pem');
    app.kill('SIGHUP');
    await app.says(/"outcome":"kept","code":"key_certificate_mismatch"/);
    copy(other, 'client-key.pem');
    app.kill('SIGHUP');
    await app.says(/"rotated","portal":{"code":"connection_failed","reason":"(closed|reset)"}/);
    copy(registered, 'client.pem', 'client-key.pem');
    app.kill('SIGHUP');
    await app.says(/"rotated","portal":"ok"/);
  });

  it('is not ready while it has never reached the portal, but alive', async () => {
    const app = await startApp({ SELFINFO_API_URL: 'https://127.0.0.1:1' });
    expect(await health('/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, store: 'ok', portal: { code: 'connection_failed', reason: 'refused' } },
    });
    expect((await health('/livez')).status).toBe(200);
    expect((await app.end('SIGTERM')).code).toBe(0);
  });

  it.each(['kubernetes', 'systemd'] as const)(
    'gets ready with the variables of the %s example',
    async (platform) => {
      const app = compose.deploy(platform);
      apps.push(app);
      await app.says(/"outcome":"started"/);
      expect((await health('/readyz')).status).toBe(200);
    },
  );

  it.each([
    ['PORTAL', '', '環境変数 PORTAL がない。'],
    ['PORTAL', 'prod', 'PORTAL には sandbox、connection-check、production のどれかを指定する。'],
    ['VAULT_KEYS_FILE', '/nowhere', 'VAULT_KEYS_FILE のファイルを読めない（ENOENT）。'],
  ])('does not start with the variable %s as "%s"', async (name, value, message) => {
    const { code, output } = await compose.run('app', { [name]: value }).ended;
    expect(code).toBe(1);
    expect(output).toContain(message);
  });

  it('does not start in production with a profile that the specification has not confirmed', async () => {
    const variables = { PORTAL: 'production', SELFINFO_API_URL: 'https://api.portal.example' };
    const { code, output } = await compose.deploy('kubernetes', variables).ended;
    expect(code).toBe(1);
    expect(output).toContain("code: 'unverified_profile'");
  });

  it('keeps secrets in a folder of their owner', () => {
    const secrets = join(compose.folder, 'secrets');
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const { file } of Object.values(composeFile.secrets))
      expect(existsSync(join(compose.folder, file))).toBe(true);
  });
});
