// The servers of the pension service rest on Sundays, and open on Monday at eight.
import { createCalendar } from 'myna-selfinfo/calendar';

const at = '2026-12-06T10:00:00+09:00';
const { state, nextOpening } = createCalendar().status('pension@pension-service', at);
const opens = nextOpening.toISO();
console.log(
  `result ${state === 'closed' && opens === '2026-12-07T08:00:00.000+09:00' ? 'ok' : opens}`,
);
