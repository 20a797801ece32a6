import { describe, expect, it } from 'vitest';
import { validateCallback } from '../../src/index.js';
import { SESSION } from '../kit/loan.js';
import { errorOf } from '../kit/refusals.js';
import { openStub } from '../kit/stub.js';
import { deviating } from './exchange.js';

const ERROR = 'error=access_denied';
const ISS = 'iss=https%3A%2F%2Fportal.example';

/** Returns the outcome of a callback with these parameters besides the right state. */
async function outcomeOf(parameters: string, options: Parameters<typeof openStub>[0] = {}) {
  const { client, environment, begin, calls } = openStub(options);
  const { state } = await begin();
  const callback = `${environment.redirectUri}?state=${state}&${parameters}`;
  const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
  expect(calls).toEqual(outcome.status === 'granted' ? ['token'] : []);
  return outcome;
}

const mismatch = { status: 'rejected', at: 'callback', code: 'issuer_mismatch' };

describe('a callback without iss', () => {
  const profile = deviating('issuer-missing-on-error');

  it('that reports an error is rejected unless the profile names that deviation', async () => {
    expect(await outcomeOf(ERROR)).toEqual(mismatch);
    expect(await outcomeOf(`${ERROR}&${ISS}`)).toEqual({ status: 'declined' });
  });

  it('that reports an error is accepted where the profile names that deviation', async () => {
    expect(await outcomeOf(ERROR, { profile })).toEqual({ status: 'declined' });
    expect(await outcomeOf(`${ERROR}&${ISS}`, { profile })).toEqual({ status: 'declined' });
    expect(await outcomeOf('error=server_error&error_description=a', { profile })).toEqual({
      status: 'rejected',
      at: 'authorize',
      code: 'server_error',
    });
  });

  it.each([
    ['an error of another issuer', `${ERROR}&iss=https%3A%2F%2Fother.example`],
    ['an error with an empty issuer', `${ERROR}&iss=`],
    ['an error and a code', `${ERROR}&code=a`],
    ['an error and an empty code', `${ERROR}&code=`],
    ['a code', 'code=a'],
    ['neither', 'a=b'],
  ])('stays rejected under that deviation with %s', async (_, parameters) => {
    expect(await outcomeOf(parameters, { profile })).toEqual(mismatch);
  });

  it('that reports an empty error under that deviation is no response', async () => {
    expect(await outcomeOf('error=', { profile })).toEqual({
      status: 'rejected',
      at: 'callback',
      code: 'invalid_response',
    });
  });

  it('that reports an error is declined for a step that stands alone, too', async () => {
    for (const [environment, code] of [
      [openStub().environment, 'callback_rejected'],
      [openStub({ profile }).environment, 'consent_declined'],
    ] as const) {
      const callback = `${environment.redirectUri}?state=s&${ERROR}`;
      const error = await errorOf(() => validateCallback(environment, callback, { state: 's' }));
      expect(error.code).toBe(code);
    }
  });
});
