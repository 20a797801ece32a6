import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { openBank, SESSION } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';

describe('two clients', () => {
  it('share neither grants nor transactions, and close independently', async () => {
    const ours = openBank();
    const theirs = openBank();
    const grant = await ours.consent();
    expect(await refusalOf(() => theirs.client.submit(grant, { income: latest() }))).toEqual([
      'foreign_grant',
      'grant',
    ]);
    expect(
      await theirs.client.completeConsent(await ours.callback(), { sessionBinding: SESSION }),
    ).toEqual({ status: 'unknown' });
    await theirs.client.close();
    expect(
      (await ours.client.query(grant, { income: latest() }, { onProgress: ours.onProgress }))
        .status,
    ).toBe('ready');
    expect(theirs.calls).toEqual([]);
  });
});
