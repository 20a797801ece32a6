import { describe, expect, it } from 'vitest';
import { pointInTime } from '../../src/index.js';
import { openBank } from '../kit/loan.js';
import { expectRefusal, type Refused } from './expect-refusal.js';
import { changed } from './valid-options.js';

describe('client.resume', () => {
  const { client, consent } = openBank();
  const handle = consent().then((grant) =>
    client.submit(grant, { household: pointInTime('2026-04-01') }),
  );

  it('accepts a retrieval as JSON text or parsed', async () => {
    const retrieval = await handle;
    expect(client.resume(JSON.stringify(retrieval))).toEqual(retrieval);
    expect(client.resume(retrieval)).toEqual(retrieval);
  });

  it.each<[string, unknown, Refused]>([
    ['v', 3, ['invalid_retrieval', 'retrieval.v']],
    ['pin', undefined, ['invalid_retrieval', 'retrieval.pin']],
    ['pin', 5, ['invalid_retrieval', 'retrieval.pin']],
    ['codes', null, ['invalid_retrieval', 'retrieval.codes']],
    ['codes.household', 5, ['invalid_retrieval', 'retrieval.codes']],
    ['v', undefined, ['invalid_retrieval', 'retrieval.v']],
    ['id', undefined, ['invalid_retrieval', 'retrieval.id']],
    ['id', '../../etc/passwd', ['invalid_retrieval', 'retrieval.id']],
    ['id', 5, ['invalid_retrieval', 'retrieval.id']],
    ['id', `transaction:${'a'.repeat(36)}`, ['invalid_retrieval', 'retrieval.id']],
    ['id', 'a'.repeat(37), ['invalid_retrieval', 'retrieval.id']],
    ['terms', undefined, ['invalid_retrieval', 'retrieval.terms']],
    ['terms', null, ['invalid_retrieval', 'retrieval.terms']],
    ['terms.serviceId', 'SP99999999_ZZ9999', ['invalid_retrieval', 'retrieval.terms.serviceId']],
    ['terms.keepUntil', 'soon', ['invalid_retrieval', 'retrieval.terms.keepUntil']],
    ['terms.keepUntil', undefined, ['invalid_retrieval', 'retrieval.terms.keepUntil']],
    ['terms.grantedAt', 'today', ['invalid_retrieval', 'retrieval.terms.grantedAt']],
    ['terms.grantedAt', undefined, ['invalid_retrieval', 'retrieval.terms.grantedAt']],
    ['terms.transactionId', 5, ['invalid_retrieval', 'retrieval.terms.transactionId']],
    ['terms.transactionId', undefined, ['invalid_retrieval', 'retrieval.terms.transactionId']],
    ['terms.items', 'income', ['invalid_retrieval', 'retrieval.terms.items']],
    ['terms.items', ['income', 5], ['invalid_retrieval', 'retrieval.terms.items']],
    ['terms.items', undefined, ['invalid_retrieval', 'retrieval.terms.items']],
    ['terms.purpose', undefined, ['invalid_retrieval', 'retrieval.terms.purpose']],
    ['terms.purpose', 'housing-loan', ['invalid_retrieval', 'retrieval.terms.purpose']],
    ['terms.purpose.id', undefined, ['invalid_retrieval', 'retrieval.terms.purpose.id']],
    ['terms.purpose.text', undefined, ['invalid_retrieval', 'retrieval.terms.purpose.text']],
    ['terms.purpose.text', 5, ['invalid_retrieval', 'retrieval.terms.purpose']],
    ['submittedAt', undefined, ['invalid_retrieval', 'retrieval.submittedAt']],
    ['submittedAt', 5, ['invalid_retrieval', 'retrieval.submittedAt']],
    ['expiresAt', 'never', ['invalid_retrieval', 'retrieval.expiresAt']],
    ['expiresAt', undefined, ['invalid_retrieval', 'retrieval.expiresAt']],
    ['inquiries', undefined, ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries', [], ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries.household', 'latest', ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries.household.at', 20260401, ['invalid_retrieval', 'retrieval.inquiries']],
    ['inquiries.pension', { method: 'latest' }, ['unknown_item', 'retrieval.inquiries.pension']],
    ['inquiries.household.at', '2026-02-30', ['invalid_date', 'retrieval.inquiries.household.at']],
  ])('refuses a retrieval with %s = %j, and so does collect', async (path, value, expected) => {
    const copy = changed(await handle, path, value);
    await expectRefusal(() => client.resume(copy), expected);
    await expectRefusal(() => client.collect(copy), expected);
  });

  it('refuses a value that is not a retrieval', async () => {
    for (const value of [undefined, null, 5, '', '{', 'null', '5'])
      await expectRefusal(() => client.resume(value), ['invalid_retrieval', 'retrieval']);
    for (const value of ['[]', {}])
      await expectRefusal(() => client.resume(value), ['invalid_retrieval', 'retrieval.v']);
  });
});
