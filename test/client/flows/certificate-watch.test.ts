import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { createCertificateWatch } from '../../../src/client/certificate-watch.js';
import { createVirtualClock } from '../../../src/index.js';
import { createAuthority } from '../../kit/certificates.js';

const DAY_MS = 86_400_000;

it('emits once a JST day from 30 days before the certificate expires, and after it has', async () => {
  const { cert } = await (await createAuthority()).issue('client');
  const notAfterMs = Date.parse(new X509Certificate(cert).validTo);
  const clock = createVirtualClock(notAfterMs - 30 * DAY_MS - 1);
  const types: unknown[] = [];
  const watch = createCertificateWatch(
    clock,
    () => true,
    (make) => types.push(Reflect.get(make(), 'type')),
  );
  watch.watch(cert);
  expect(types).toEqual([]);
  clock.advance(2 * DAY_MS);
  watch.check();
  watch.check();
  expect(types).toEqual(['certificate_expiring']);
  clock.set(notAfterMs + 1);
  watch.check();
  expect(types).toEqual(['certificate_expiring', 'certificate_expired']);
  watch.watch(undefined);
  clock.advance(DAY_MS);
  watch.check();
  expect(types).toHaveLength(2);
});
