import { describe, expect, it, vi } from 'vitest';
import { type Calendar, createCalendar } from '../../src/calendar/index.js';
import { createMemoryStore, createVirtualClock, latest } from '../../src/index.js';
import { grantOf, SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { goodAnswers, openStub, STUB_PROCESS } from '../kit/stub.js';
import { explode, fields, mine, processStatuses, secret, thrower } from './injected.js';

describe('a misbehaving calendar', () => {
  const busy = {
    [fields.processId.value]: STUB_PROCESS,
    [fields.processStatus.value]: processStatuses.busy.value,
  };

  it.each<[string, () => Calendar]>([
    ['throws', explode],
    ['is not a calendar', () => secret as never],
    ['knows nothing of these years', () => createCalendar({ extraHolidays: [] })],
  ])(
    'that %s prevents nothing: submit and collect go on without causes and times',
    async (_, calendar) => {
      let isOver = false;
      const clock = createVirtualClock('2050-12-20T10:00:00+09:00');
      const { client, begin } = openStub({
        clock,
        calendar: () => (isOver ? calendar() : createCalendar()),
        answers: {
          result: () => Response.json(busy),
          token: () => Response.json({ ...goodAnswers.token, expires_in: 3_000_000_000 }),
        },
      });
      const grant = grantOf(
        await client.completeConsent((await begin()).callback, { sessionBinding: SESSION }),
      );
      isOver = true;
      clock.set('2051-01-04T10:00:00+09:00');
      const retrieval = await client.submit(grant, latest());
      expect(await client.collect(retrieval)).toEqual({
        status: 'unavailable',
        until: null,
        causes: [],
        retrieval,
      });
    },
  );

  it.each<[string, () => Calendar]>([
    ['throws', explode],
    ['throws an object that throws on every access', () => thrower(mine)],
    ['is not a calendar', () => secret as never],
    ['throws at a query', () => ({ ...createCalendar(), status: explode })],
  ])('that %s is named at its first use, and no consent starts', async (_, calendar) => {
    const store = createMemoryStore();
    const put = vi.fn(store.put);
    const { client } = openStub({ calendar, store: { ...store, put } });
    for (const ask of [
      () => client.availability(),
      () => client.beginConsent({ sessionBinding: SESSION }),
    ]) {
      const error = await errorOf(ask);
      expect({ code: error.code, path: error.path, cause: error.cause }).toEqual({
        code: 'invalid_option',
        path: 'options.calendar',
        cause: undefined,
      });
      expect(JSON.stringify(error) + error.stack).not.toContain(secret);
    }
    expect(put).toHaveBeenCalledTimes(0);
  });
});
