import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Retrieval, systemClock } from '../../src/index.js';
import { type StartedSandbox, startSandbox } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf } from '../kit/loan.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/**
 * The machine's clock, moved to a Tuesday on which every server runs. The other process adds the
 * same offset.
 */
const aheadMs = Date.parse(NOW) - Date.now();
const clock = { now: () => systemClock.now() + aheadMs, wait: systemClock.wait };

async function open() {
  const sandbox = await startSandbox({ registrations: [registrationOf(loan)], clock });
  ends.push(sandbox.close);
  const folder = await mkdtemp(join(tmpdir(), 'selfinfo-'));
  ends.push(() => rm(folder, { recursive: true }));
  return { sandbox, folder };
}

/** Starts a backend in another process. */
async function startBackend({ connection: { environment, tls } }: StartedSandbox, folder: string) {
  const path = fileURLToPath(new URL('../kit/other-process.mjs', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  async function kill() {
    child.kill('SIGKILL');
    await exited;
  }
  ends.push(kill);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[
    Symbol.asyncIterator
  ]();
  const { clientId, redirectUri, endpoints, issuer, ca } = environment;
  const tell = (order: unknown) => child.stdin?.write(`${JSON.stringify(order)}\n`);
  const hear = async () => JSON.parse((await lines.next()).value);
  // `JSON.stringify` would leave the key out.
  tell({
    site: { clientId, redirectUri, endpoints, issuer, ca },
    tls: { cert: tls.cert, key: tls.key },
    folder,
    aheadMs,
  });
  return { tell, hear, kill };
}

const steps = ({ journal }: StartedSandbox) =>
  journal.filter(({ outcome }) => outcome === 'accepted').map(({ step }) => step);

describe('a backend that is killed', () => {
  it('after its request loses no answer: another process collects it without asking the citizen again', async () => {
    const { sandbox, folder } = await open();
    const first = await startBackend(sandbox, folder);
    first.tell({ begin: true });
    const { url } = await first.hear();
    first.tell({ complete: await sandbox.visit(url, { persona: 'hanako' }) });
    expect(await first.hear()).toBe('granted');
    const retrieval: Retrieval = await first.hear();
    await first.kill();
    // The tombstone of the transaction, and the secret of the retrieval with the thumbprint of the
    // certificate that it is collected under.
    const names = await readdir(folder);
    const secrets = await Promise.all(
      names
        .filter((name) => !name.endsWith('.taken'))
        .map((name) => readFile(join(folder, name), 'utf8')),
    );
    expect([
      names.length,
      secrets.map((text) => Object.keys(JSON.parse(JSON.parse(text).value))),
    ]).toEqual([2, [['v', 'token', 'accepted', 'retrieval', 'certificate']]]);

    const second = await startBackend(sandbox, folder);
    second.tell({ collect: retrieval });
    expect(await second.hear()).toEqual({ status: 'ready', income: 'present' });
    expect(steps(sandbox).filter((step) => step === 'request')).toHaveLength(1);
  });

  it('between start and callback loses no consent, and any process recognises a replayed callback', async () => {
    const { sandbox, folder } = await open();
    const first = await startBackend(sandbox, folder);
    first.tell({ begin: true });
    const { url } = await first.hear();
    await first.kill();
    const second = await startBackend(sandbox, folder);
    const complete = await sandbox.visit(url, { persona: 'hanako' });
    second.tell({ complete });
    expect(await second.hear()).toBe('granted');
    await second.hear();
    await second.kill();
    const third = await startBackend(sandbox, folder);
    third.tell({ complete });
    expect(await third.hear()).toBe('replayed');
    expect(steps(sandbox).filter((step) => step === 'token')).toHaveLength(1);
  });
});
