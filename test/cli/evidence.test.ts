import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAlone } from './binary.js';
import { type Defect, startHost } from './evidence-host.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = join(folder, 'evidence.json');
writeFileSync(
  CONFIG,
  JSON.stringify({
    provider: 'みほん銀行',
    tester: '試験 太郎',
    cases: { 'one-holder-closed': { shows: ['一部を取得できませんでした'] } },
  }),
);

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly cases: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<'md' | 'html' | 'json', string>>;
}

let runs = 0;

/** Plays the cases against a host with a defect. */
async function play(defect?: Defect, ...args: string[]): Promise<Finished> {
  await using host = await startHost(defect);
  const out = `out-${++runs}`;
  const { browserUrl } = host.sandbox;
  const typed = ['--sandbox', browserUrl, '--start', `${host.origin}/`, '--config', CONFIG];
  const run = await runAlone(['evidence', ...typed, '--out', out, ...args], { cwd: folder });
  const files = [...run.stdout.matchAll(/(?:wrote|書き出しました): (.+)$/gm)].map(
    ([, path]) => path,
  );
  const [md = '', html = '', json = ''] = files.map((path) =>
    readFileSync(join(folder, path ?? ''), 'utf8'),
  );
  const played: { case: string; result: string }[] = JSON.parse(json || '{"cases":[]}').cases;
  const cases = Object.fromEntries(played.map((one) => [one.case, one.result]));
  return { ...run, cases, texts: { md, html, json } };
}

const failedIn = ({ cases }: Finished) => Object.keys(cases).filter((id) => cases[id] === 'failed');

const granted = [
  ...['agreed', 'wrong-pin', 'nothing-on-record', 'several-holders', 'one-holder-closed'],
  ...[
    'holder-closed',
    'portal-closed',
    'deferred',
    'busy',
    'not-covered',
    'failed-item',
    'unknown-fields',
  ],
  ...['replayed', 'two-tabs', 'two-citizens'],
];
const withoutData = [
  ...['nothing-on-record', 'holder-closed', 'portal-closed', 'not-covered', 'failed-item'],
];

/** The cases in which each defect is seen. */
const defects: Readonly<Record<Defect, readonly string[]>> = {
  unbound: ['other-browser'],
  replays: ['replayed'],
  'declined-500': ['declined', 'locked-card', 'expired-certificate', 'announced-stop'],
  zero: ['nothing-on-record'],
  'first-holder': ['several-holders'],
  'gives-up': ['deferred'],
  'code-in-address': granted,
  cached: granted.filter((id) => !withoutData.includes(id)),
  blank: ['holder-closed', 'portal-closed', 'token-error'],
  stack: ['token-error'],
  retries: ['portal-closed'],
  shared: ['two-citizens'],
  echo: ['bare-error'],
};

describe('the evidence of a host', () => {
  it.concurrent('passes every case when the host is sound', async () => {
    const finished = await play();
    expect(finished.stderr).toBe('');
    expect(Object.entries(finished.cases).filter(([, result]) => result !== 'passed')).toEqual([]);
    expect(Object.keys(finished.cases)).toHaveLength(24);
    expect(finished.status).toBe(0);
  });

  for (const [defect, expected] of Object.entries(defects)) {
    it.concurrent(`shows the planted defect ${defect} in exactly its cases`, async () => {
      const finished = await play(defect as Defect);
      expect(finished.stderr).toBe('');
      expect(failedIn(finished)).toEqual(expected);
      expect(finished.status).toBe(1);
    });
  }
});
