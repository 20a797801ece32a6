import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { latest } from '../../src/index.js';
import { createAnswer, observeReads, type ReadsObserver } from '../../src/testing/index.js';
import { expectStatus, loan, openBank } from '../kit/loan.js';

let observer: ReadsObserver;
afterEach(() => {
  observer.stop();
  vi.unstubAllEnvs();
});

const CANARY = 'カナリヤ市5310772';
const household = [{ holder: CANARY, fields: { [CANARY]: CANARY } }];

describe('observeReads', () => {
  it('counts answers of createAnswer, and the reveals of their items', () => {
    observer = observeReads();
    const { items } = createAnswer(loan, { household, shots: 'nothing-on-record' });
    createAnswer(loan, { household });
    expectStatus(items.household, 'present').reveal();
    expect(observer.reads()).toEqual([
      {
        service: loan.name,
        items: {
          household: { asked: { made: 2 }, present: 2, revealed: 1 },
          shots: { asked: { made: 1 }, present: 0, revealed: 0 },
        },
      },
    ]);
  });

  it('counts the items of an answer of the client by method', async () => {
    observer = observeReads();
    const bank = openBank();
    const { onProgress } = bank;
    const inquiry = { income: latest(), household: latest() };
    const collected = await bank.client.query(await bank.consent(), inquiry, { onProgress });
    const { answer } = expectStatus(collected, 'ready');
    expectStatus(answer.items.income, 'present').reveal();
    expect(observer.reads()).toEqual([
      {
        service: loan.name,
        items: {
          income: { asked: { latest: 1 }, present: 1, revealed: 1 },
          household: { asked: { latest: 1 }, present: 1, revealed: 0 },
        },
      },
    ]);
  });

  it('appends its counts to a file and resets them, holds no value and ends with stop', () => {
    const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-reads-'));
    const path = join(folder, 'reads.jsonl');
    observer = observeReads();
    expectStatus(createAnswer(loan, { household }).items.household, 'present').reveal();
    observer.save(path);
    observer.save(path);
    createAnswer(loan, { household });
    observer.save(path);
    observer.stop();
    createAnswer(loan, { household });
    observer.save(path);
    const text = readFileSync(path, 'utf8');
    rmSync(folder, { recursive: true });
    const line = (revealed: number) =>
      `{"service":"${loan.name}","items":{"household":{"asked":{"made":1},"present":1,"revealed":${revealed}}}}\n`;
    expect(text).toBe(line(1) + line(0));
    expect(text).not.toContain(CANARY);
  });

  it('leaves out a reveal that the end of the retention period refuses', () => {
    observer = observeReads();
    const clock = { now: () => Date.parse('2100-01-01T00:00:00+09:00') };
    const { items } = createAnswer(loan, { household }, { clock });
    expect(() => expectStatus(items.household, 'present').reveal()).toThrow();
    expect(observer.reads()[0]?.items.household?.revealed).toBe(0);
  });

  it('refuses to start in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => observeReads()).toThrow(expect.objectContaining({ path: 'NODE_ENV' }));
  });
});
