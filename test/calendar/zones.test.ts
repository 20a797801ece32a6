import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function answersIn(zone: string) {
  vi.stubEnv('TZ', zone);
  // Fresh modules: no table made under another zone may be used again.
  vi.resetModules();
  const { createCalendar } = await import('../../src/calendar/index.js');
  const calendar = createCalendar();
  const answers = JSON.stringify([
    calendar.segments('pension', '2026-12-01', '2027-01-10'),
    calendar.segments('public-assistance', '2024-02-20', '2024-03-20'),
    calendar.status('health-other', '2026-09-22'),
    calendar.status('employment', new Date(Date.UTC(2028, 1, 11, 3))),
    calendar.nextOpening('pension@pension-service', '2026-12-06T12:00:00+09:00'),
    calendar.from,
  ]);
  return { offset: new Date(2026, 0, 1).getTimezoneOffset(), answers };
}

it('the answers are the same whatever the zone of the process', async () => {
  const tokyo = await answersIn('Asia/Tokyo');
  const others = [await answersIn('UTC'), await answersIn('America/New_York'), await answersIn('Pacific/Kiritimati')];
  // The zones must really have been in force for this to say anything.
  expect([tokyo, ...others].map((zone) => zone.offset)).toEqual([-540, 0, 300, -840]);
  for (const zone of others) expect(zone.answers).toBe(tokyo.answers);
});
