import { describe, expect, it } from 'vitest';
import type { WireResult } from '../../src/index.js';
import type { KioskTransaction } from '../../src/kiosk/index.js';
import { altered, openMachine, settle, walkTo } from './kiosk.js';

type Fetched = Awaited<ReturnType<KioskTransaction['fetch']>>;

/** Opens a machine whose authorizer changes what the sandbox fetched. */
const fetching = (change: (result: WireResult) => unknown) =>
  openMachine({
    authorizer: (sandbox) =>
      altered(sandbox, ({ fetch }) => ({
        async fetch(...given) {
          const fetched = await fetch(...given);
          if (fetched.status !== 'fetched') return fetched;
          return { status: 'fetched', result: change(fetched.result) } as Fetched;
        },
      })),
  });

const withItem = (change: object) => (result: WireResult) => ({
  ...result,
  items: result.items.map((item) => ({ ...item, ...change })),
});

describe('the result that an authorizer of the operator fetched', () => {
  it.each<[string, (result: WireResult) => unknown]>([
    ['an unknown status', (result) => ({ ...result, status: 'finished' })],
    ['the status of a failed process', (result) => ({ ...result, status: 'failed' })],
    ['a process that is still running', () => ({ running: true })],
    ['another page to come', (result) => ({ ...result, cursor: 'page-2' })],
    ['a member that no result has', (result) => ({ ...result, itmes: [] })],
    ['no items', ({ items: _, ...result }) => result],
    ['a getter', (result) => Object.defineProperty({ ...result }, 'items', { get: () => [] })],
    ['an item of an unknown status', withItem({ status: 'there' })],
    ['a record that is a text', withItem({ records: ['3,720,000'] })],
    ['a lone surrogate', withItem({ failure: '\ud800' })],
    ['a date in its records', withItem({ extras: { at: new Date(0) } })],
    ['a key __proto__', withItem({ extras: JSON.parse('{"__proto__": {"admin": true}}') })],
    [
      'records nested too deeply',
      withItem({ extras: Array.from({ length: 70 }).reduce<object>((inner) => ({ inner }), {}) }),
    ],
  ])('ends the session as failed if it has %s', async (_, change) => {
    const machine = fetching(change);
    await walkTo(machine, 'second-consent');
    await settle();
    expect(machine.session.state).toEqual({
      at: 'ended',
      cardHeld: false,
      outcome: { status: 'failed', part: 'authorizer' },
    });
    expect(machine.steps()).toContain('discard');
    expect(machine.ejects()).toBe(1);
  });

  it('is copied, so that the citizen provides what was fetched', async () => {
    let held: WireResult | undefined;
    const machine = fetching((result) => {
      held = structuredClone(result);
      return held;
    });
    await walkTo(machine, 'second-consent');
    const [record] = held?.items[0]?.records ?? [];
    // Hanako's income in the sandbox.
    expect(record?.fields.合計所得金額).toBe(3_720_000);
    Object.assign(record?.fields ?? {}, { 合計所得金額: 0 });
    machine.session.agree();
    await settle();
    const { outcome } = await machine.session.ended;
    if (outcome.status !== 'provided') throw new Error(outcome.status);
    const { income } = outcome.answer.items as Record<string, { reveal(): readonly unknown[] }>;
    expect(income?.reveal()).toMatchObject([{ fields: { 合計所得金額: 3_720_000 } }]);
  });
});
