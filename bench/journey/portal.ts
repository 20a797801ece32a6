// A portal in another process, so that the bench counts only the client's processor time. It asks
// for a client certificate, answers at once, and counts.
import { raw, startPortal } from '../../test/kit/portal.js';

const record = (year: number) => ({
  holder_name: '千代田区',
  record_date: `${year}-06-01`,
  field_values: {
    課税年度: String(year),
    申告区分: '申告済',
    給与収入金額: 4_760_000,
    合計所得金額: 3_720_000,
    所得控除合計額: 1_200_000,
  },
});
const items = [
  {
    item_code: 'TM00000000000002',
    item_status: 'PRESENT',
    record_list: [2024, 2025, 2026].map(record),
  },
];
const result = JSON.stringify({
  process_id: 'process-of-the-test-portal',
  process_status: 'DONE',
  selfPersonalData: items,
});

let bodies: string[] = [];
const portal = await startPortal({
  replies: { result: raw(result, { 'content-type': 'application/json' }, 200) },
  read: (body) => bodies.push(body),
});
const { clientId, redirectUri, endpoints, issuer, ca } = portal.environment;
process.on('message', () => {
  process.send?.({ connections: portal.connections, calls: portal.calls.length, bodies });
  bodies = [];
});
process.on('disconnect', () => portal.close());
process.send?.({ site: { clientId, redirectUri, endpoints, issuer, ca }, tls: portal.tls });
