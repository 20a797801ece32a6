import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function answersIn(zone: string) {
  vi.stubEnv('TZ', zone);
  // Fresh modules: no table of another zone may be reused.
  vi.resetModules();
  const { createCalendar } = await import('../../src/calendar/index.js');
  const calendar = createCalendar();
  const told = createCalendar({
    announced: [
      {
        id: 'a',
        target: 'all',
        state: 'closed',
        start: '2026-12-05',
        end: '2026-12-07',
        announcedAt: '2026-11-20',
        source: 'お知らせ',
        replaces: { rule: 'third-weekend', month: '2026-12' },
      },
    ],
    servers: {
      'pension-service': {
        from: '2027-01-01',
        hours: { on: 'business-days', fromHour: 9, toHour: 18 },
      },
    },
    extraHolidays: ['2026-12-29'],
    notHolidays: ['2027-01-01'],
  });
  const answers = JSON.stringify([
    told.segments('pension', '2026-12-01', '2027-01-10'),
    told
      .with([
        {
          id: 'b',
          target: 'municipal',
          state: 'open',
          start: '2027-01-16',
          end: '2027-01-18',
          announcedAt: '2027-01-10',
          source: 'お知らせ',
        },
      ])
      .status('pension', '2027-01-16'),
    calendar.segments('pension', '2026-12-01', '2027-01-10'),
    calendar.segments('public-assistance', '2024-02-20', '2024-03-20'),
    calendar.status('health-other', '2026-09-22'),
    calendar.status('employment', new Date(Date.UTC(2028, 1, 11, 3))),
    calendar.nextOpening('pension@pension-service', '2026-12-06T12:00:00+09:00'),
    calendar.from,
  ]);
  return { offset: new Date(2026, 0, 1).getTimezoneOffset(), answers };
}

it('the answers do not depend on the time zone of the process', async () => {
  const tokyo = await answersIn('Asia/Tokyo');
  const others = [
    await answersIn('UTC'),
    await answersIn('America/New_York'),
    await answersIn('Pacific/Kiritimati'),
  ];
  // Otherwise the test would pass without the zones in force.
  expect([tokyo, ...others].map((zone) => zone.offset)).toEqual([-540, 0, 300, -840]);
  for (const zone of others) expect(zone.answers).toBe(tokyo.answers);
});
