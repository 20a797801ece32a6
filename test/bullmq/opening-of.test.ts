import { describe, expect, it } from 'vitest';
import { openingOf } from '../../src/bullmq/openings.js';
import { latest, SelfInfoError } from '../../src/index.js';

type Items = Readonly<Record<string, readonly [state: string, next: number | null]>>;

/** Returns a client whose availability is `itemsAt` of the instant. */
const clientWith = (itemsAt: (atMs: number) => Items) => ({
  availability: ({ at }: { at: number }) => ({
    items: Object.fromEntries(
      Object.entries(itemsAt(at)).map(([key, [state, nextPossibleOpeningMs]]) => [
        key,
        { state, nextPossibleOpeningMs },
      ]),
    ),
  }),
});
const opening = (itemsAt: (atMs: number) => Items, keys = ['income']) =>
  openingOf(
    clientWith(itemsAt) as never,
    { inquiries: Object.fromEntries(keys.map((key) => [key, latest()])) } as never,
    1_000,
  );

describe('openingOf', () => {
  it.each<[string, Items]>([
    ['all items are open', { income: ['open', null] }],
    ['an item is uncertain', { income: ['uncertain', 5_000] }],
    ['only an item that was not asked for is closed', { income: ['open', null], x: ['closed', 9] }],
    ['the calendar has no opening for a closed item', { income: ['closed', null] }],
    ['the next opening is not later', { income: ['closed', 1_000] }],
  ])('returns the instant itself when %s', (_, items) => {
    expect(opening(() => items)).toBe(1_000);
  });

  it('returns the latest opening of several closed items', () => {
    const at = (now: number): Items => ({
      income: [now < 5_000 ? 'closed' : 'open', 5_000],
      household: [now < 7_000 ? 'closed' : 'open', 7_000],
    });
    expect(opening(at, ['income', 'household'])).toBe(7_000);
  });

  it('skips an opening at which another item is closed', () => {
    const at = (now: number): Items => ({
      income: [now < 5_000 ? 'closed' : 'open', 5_000],
      household: [now >= 4_000 && now < 9_000 ? 'closed' : 'open', 9_000],
    });
    expect(opening(at, ['income', 'household'])).toBe(9_000);
  });

  it('returns the instant itself when closings never end', () => {
    expect(opening((now) => ({ income: ['closed', now + 1] }))).toBe(1_000);
  });

  it('returns the instant itself outside the calendar, and passes other errors', () => {
    const fails = (code: 'outside_calendar' | 'client_closed') => () =>
      opening(() => {
        throw new SelfInfoError(code);
      });
    expect(fails('outside_calendar')()).toBe(1_000);
    expect(fails('client_closed')).toThrow(expect.objectContaining({ code: 'client_closed' }));
  });
});
