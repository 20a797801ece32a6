import { type OAuthDeviation, publicProfile, type WireProfile } from '../../src/index.js';
import { SESSION } from '../kit/loan.js';
import { changedProfile } from '../kit/profiles.js';
import { openStub, type StubAnswer } from '../kit/stub.js';

export const json = (body: unknown, status = 200) => Response.json(body, { status });

export const good = { access_token: 'a-token', token_type: 'Bearer', expires_in: 3_600 };

/** Returns the outcome of a good callback when the portal answers the exchange in this way. */
export async function exchange(token: StubAnswer) {
  const stub = openStub({ answers: { token } });
  const { callback } = await stub.begin();
  const complete = () => stub.client.completeConsent(callback, { sessionBinding: SESSION });
  return { ...stub, complete };
}

/** Returns the public profile with one deviation from OAuth. */
export const deviating = (deviation: OAuthDeviation): WireProfile =>
  changedProfile({
    oauth: {
      ...publicProfile.oauth,
      deviations: { value: [deviation], confidence: 'specification' },
    },
  });
