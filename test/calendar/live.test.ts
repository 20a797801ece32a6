import { expect, it } from 'vitest';
import { type Announcement, createCalendar } from '../../src/calendar/index.js';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  explain,
} from '../../src/index.js';
import { createSandbox } from '../../src/sandbox/index.js';

const service = defineService({
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' },
    pension: {
      detail: 'pension',
      holders: ['pension-service'],
      inquiries: ['latest'],
      latestBy: '支給年月',
    },
  },
});

function journey() {
  // A Tuesday without outages; the pension service runs from 8 to 23.
  const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  const sandbox = createSandbox({
    registrations: [
      { clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service },
    ],
    clock,
  });
  const live = { calendar: createCalendar() };
  const client = createSelfInfoClient({
    service,
    environment: sandbox.environment(),
    fetch: sandbox.fetch,
    clock,
    calendar: () => live.calendar,
  });
  return { clock, sandbox, live, client };
}

const outage: Announcement = {
  id: 'portal-2026-12-01',
  target: 'mynaportal',
  state: 'closed',
  start: '2026-12-01T10:20:00+09:00',
  end: '2026-12-01T13:00:00+09:00',
  announcedAt: '2026-12-01T10:05:00+09:00',
  source: 'マイナポータル 12月1日(火) 10:20 〜 13:00',
};

it('an announcement that arrives between two calls changes the availability of the client', async () => {
  const { clock, live, client } = journey();
  await using _ = client;
  expect(client.availability({ forMs: 30 * 60_000 })).toMatchObject({ state: 'open', causes: [] });

  live.calendar = live.calendar.with([outage]);
  // Ten minutes from 10:00 on are open. Half an hour does not fit before the stop at 10:20.
  expect(client.availability().state).toBe('open');
  const soon = client.availability({ forMs: 30 * 60_000 });
  expect(soon).toMatchObject({
    state: 'closed',
    sinceMs: Date.parse('2026-12-01T10:20:00+09:00'),
    untilMs: Date.parse('2026-12-01T13:00:00+09:00'),
  });
  expect(
    soon.causes.map(({ server, source }) => [server, source.kind === 'announcement' && source.id]),
  ).toEqual([['mynaportal', 'portal-2026-12-01']]);
  expect([soon.items.income.state, soon.items.pension.state]).toEqual(['closed', 'closed']);

  clock.set('2026-12-01T11:00:00+09:00');
  const { availability } = await client.beginConsent({ sessionBinding: 'session-1' });
  expect(availability.state).toBe('closed');
  expect(availability.nextOpening?.toISO()).toBe('2026-12-01T13:00:00.000+09:00');
  expect(explain(availability, 'ja')).toContain(
    'マイナポータルは、停止するとのお知らせが出ています。',
  );

  // It ends earlier than announced.
  live.calendar = live.calendar.with([
    { ...outage, end: '2026-12-01T10:50:00+09:00', announcedAt: '2026-12-01T10:50:00+09:00' },
  ]);
  expect(client.availability().state).toBe('open');
});

it('the calendar never blocks the client: consent succeeds during an announced outage', async () => {
  const { sandbox, live, client } = journey();
  await using _ = client;
  live.calendar = live.calendar.with([{ ...outage, start: '2026-12-01T09:00:00+09:00' }]);
  const { url, availability } = await client.beginConsent({ sessionBinding: 'session-1' });
  expect(availability.state).toBe('closed');
  const outcome = await client.completeConsent(await sandbox.visit(url, { persona: 'hanako' }), {
    sessionBinding: 'session-1',
  });
  expect(outcome.status).toBe('granted');
});

it('a weekend that was announced as open is open for the client, which lists what was undone', async () => {
  const { live, client } = journey();
  await using _ = client;
  // Saturday 19 December 2026, noon: the third weekend.
  const at = '2026-12-19T12:00:00+09:00';
  const household = () => client.availability({ at }).items.income;
  expect(household().state).toBe('uncertain');
  live.calendar = live.calendar.with([
    {
      ...outage,
      id: 'no-stop',
      target: 'all',
      state: 'open',
      start: '2026-12-19',
      end: '2026-12-21',
    },
  ]);
  expect(household().state).toBe('open');
  expect(household().undone.map(({ rule, undoneBy }) => [rule, undoneBy.id])).toContainEqual([
    'third-weekend',
    'no-stop',
  ]);
  // The pension service does not run on Saturdays anyway, and the worst state counts.
  expect(client.availability({ at }).state).toBe('closed');
  expect(client.availability({ at }).undone.map(({ rule }) => rule)).toContain('third-weekend');
});
