import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  beginConsent,
  completeConsent,
  validateAndTake,
} from '../../../src/client/consent-flow.js';
import type { ClientContext } from '../../../src/client/context.js';
import { SelfInfoError, type Store, systemClock } from '../../../src/index.js';
import { boundStore } from '../../../src/stores/bound.js';
import { SESSION } from '../../kit/loan.js';
import { refusalOf } from '../../kit/refusals.js';
import { ok, openStage, scopeOf } from './stage.js';

const token = { access_token: 'token-of-a-test', token_type: 'Bearer', expires_in: 7_200 };

/** Opens a stage on which a consent was begun, with the callback that the portal would send. */
async function begunStage(changes: Partial<ClientContext> = {}) {
  const stage = openStage(() => ok(token), changes);
  const { url } = await beginConsent(stage.context, { sessionBinding: SESSION });
  const state = new URL(url).searchParams.get('state') ?? '';
  const callback = (parts: Readonly<Record<string, string>> = { code: 'a-code' }) =>
    `?${new URLSearchParams({ ...parts, state, iss: stage.environment.issuer })}`;
  stage.store.calls.length = 0;
  const validate = (request: string, session = SESSION, arrivedAt = stage.clock.now()) => {
    const scope = scopeOf('callback', stage.context);
    return validateAndTake(stage.context, request, session, arrivedAt, scope);
  };
  return { ...stage, callback, validate };
}

describe('beginConsent', () => {
  it('stores one transaction, sends nothing, and returns the URL with the availability', async () => {
    const { context, store, connections } = openStage();
    const begun = await beginConsent(context, { sessionBinding: SESSION });
    expect(new URL(begun.url).origin).toBe('https://portal.example');
    expect(begun.availability.state).toBe('open');
    expect([store.calls, connections]).toEqual([['put transaction'], []]);
  });
});

describe('validateAndTake', () => {
  it('takes the transaction of a valid callback after it has read it', async () => {
    const { validate, callback, store } = await begunStage();
    expect((await validate(callback())).status).toBe('valid');
    expect(store.calls).toEqual(['get transaction', 'take transaction']);
  });

  it('does not call the store for a callback that cannot be read', async () => {
    const { validate, store } = await begunStage();
    expect((await validate('?code=a&state=b&state=c')).status).toBe('rejected');
    expect(store.calls).toEqual([]);
  });

  it('takes nothing for the session of another browser', async () => {
    const { validate, callback, store } = await begunStage();
    expect(await validate(callback(), 'another session')).toEqual({ status: 'foreign-browser' });
    expect(store.calls).toEqual(['get transaction']);
  });

  it('ends a transaction after the ten minutes, and leaves the mark of an expired one', async () => {
    const { validate, callback, store, clock } = await begunStage();
    const arrivedAt = clock.now() + 600_000;
    expect(await validate(callback(), SESSION, arrivedAt)).toEqual({ status: 'expired' });
    expect(store.calls).toEqual([
      'get transaction',
      'take transaction',
      'delete transaction',
      'put transaction',
    ]);
    expect(await validate(callback())).toEqual({ status: 'expired' });
  });

  it('takes nothing at a time that is not a number', async () => {
    const { validate, callback, store } = await begunStage();
    expect(await validate(callback(), SESSION, Number.NaN)).toEqual({ status: 'expired' });
    expect(store.calls).toEqual(['get transaction']);
  });

  it('takes nothing when the client cannot authenticate', async () => {
    const authenticate = async () => {
      throw new SelfInfoError('signing_failed');
    };
    const { validate, callback, store } = await begunStage({ authenticate });
    expect(await refusalOf(() => validate(callback()))).toEqual(['signing_failed', undefined]);
    expect(store.calls).toEqual(['get transaction']);
  });

  it('takes the transaction of a consent that was declined', async () => {
    const { validate, callback, store } = await begunStage();
    const declined = await validate(callback({ error: 'access_denied' }));
    expect(declined).toEqual({ status: 'declined' });
    expect(store.calls).toEqual(['get transaction', 'take transaction']);
  });

  it('takes nothing when the store returns an entry without a verifier', async () => {
    const { validate, callback, context, store } = await begunStage();
    const { get } = context.store;
    Object.assign(context.store, {
      get: async (...args: Parameters<typeof get>) => {
        const entry = await get(...args);
        if (typeof entry !== 'object') return entry;
        return { ...entry, value: entry.value.replace(/"verifier":"[^"]*"/, '"verifier":""') };
      },
    });
    expect(await refusalOf(() => validate(callback()))).toEqual(['store_failed', undefined]);
    expect(store.calls).toEqual(['get transaction']);
  });

  it('takes the transaction though the clock has no time while the store is called', async () => {
    const { validate, callback, clock, context, store } = await begunStage();
    const arrivedAt = clock.now();
    const broken = { now: () => Number.NaN, wait: systemClock.wait };
    const take = (key: string) => setImmediate().then(() => store.take(key));
    const slow: Store = { ...store, take };
    Object.assign(context, { store: boundStore(slow, broken) });
    expect((await validate(callback(), SESSION, arrivedAt)).status).toBe('valid');
  });

  it('refuses an entry that the store has changed between read and take', async () => {
    const { validate, callback, context } = await begunStage();
    const { take } = context.store;
    Object.assign(context.store, {
      take: async (...args: Parameters<typeof take>) => {
        const entry = await take(...args);
        if (typeof entry !== 'object') return entry;
        return { ...entry, value: entry.value.replace(/"verifier":"./, '"verifier":"-') };
      },
    });
    expect(await refusalOf(() => validate(callback()))).toEqual(['store_failed', undefined]);
  });
});

describe('completeConsent', () => {
  it('keeps the connection of a granted consent open', async () => {
    const { context, callback, connections } = await begunStage();
    const outcome = await completeConsent(context, callback(), { sessionBinding: SESSION });
    expect(outcome.status).toBe('granted');
    expect(connections.map(({ sent, closed }) => [sent, closed])).toEqual([[['/oauth/token'], 0]]);
  });

  it('closes the connection when the token is refused or the exchange fails', async () => {
    for (const respond of [
      () => ({ status: 400, json: { error: 'invalid_grant' }, retryAt: undefined }),
      () => {
        throw new SelfInfoError('connection_closed', { stage: 'token' });
      },
    ]) {
      const stage = openStage(respond);
      const { url } = await beginConsent(stage.context, { sessionBinding: SESSION });
      const state = new URL(url).searchParams.get('state') ?? '';
      const request = `?${new URLSearchParams({ code: 'a', state, iss: stage.environment.issuer })}`;
      await completeConsent(stage.context, request, { sessionBinding: SESSION }).catch(() => {});
      expect(stage.connections.map(({ closed }) => closed)).toEqual([1]);
    }
  });
});
