import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  publicProfile,
  type WireProfile,
} from '../../src/index.js';
import { createSandbox, startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { CLIENT_ID, expectStatus, loan, NOW, registrationOf, visits } from '../kit/loan.js';
import { changedProfile } from '../kit/profiles.js';
import { refusal } from '../kit/refusals.js';

const closing = closeAfterEach();
const OTHER_ID = 'SP87654321_BA4321';

/** A client with one profile, and a portal with another one: the public one by default. */
function open(profile: WireProfile, portal = publicProfile) {
  const clock = createVirtualClock(NOW);
  const sandbox = createSandbox({
    registrations: [registrationOf(loan), registrationOf(loan, OTHER_ID)],
    clock,
    profile: portal,
  });
  const client = closing(
    createSelfInfoClient({
      service: loan,
      environment: sandbox.environment(CLIENT_ID, { profile }),
      fetch: (request) => sandbox.fetch(request),
      clock,
    }),
  );
  const { consent } = visits(client, sandbox);
  const ask = async (persona?: string) =>
    client.query(await consent(persona), latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
  return { sandbox, ask };
}

const { itemStatuses, processStatuses } = publicProfile;
/** A profile of the client that says the same as the public one. */
const same = changedProfile({}, 'client-1');
const exchangedStates = changedProfile(
  {
    processStatuses: {
      ...processStatuses,
      done: processStatuses.failed,
      failed: processStatuses.done,
    },
  },
  'client-2',
);
const exchangedItems = changedProfile(
  {
    itemStatuses: {
      ...itemStatuses,
      present: itemStatuses['nothing-on-record'],
      'nothing-on-record': itemStatuses.present,
    },
  },
  'client-3',
);

describe('a client with a profile of its own at a portal with another one', () => {
  it('gets an answer when both say the same', async () => {
    const { items } = expectStatus(await open(same).ask(), 'ready').answer;
    expect(items.income.status).toBe('present');
  });

  it('gets no answer when its profile exchanges the words of done and failed', async () => {
    const { error } = expectStatus(await open(exchangedStates).ask(), 'failed');
    expect(error.code).toBe('upstream_failed');
  });

  it('gets no item when its profile exchanges the words of present and nothing on record', async () => {
    const { items } = expectStatus(await open(exchangedItems).ask(), 'ready').answer;
    expect(expectStatus(items.income, 'failed').code).toBe('answer_contradictory');
  });

  it.each([
    ['done and failed', exchangedStates],
    ['present and nothing on record', exchangedItems],
  ])(
    'gets the usual answer although the words of %s are exchanged, if the portal shares them',
    async (_, shared) => {
      const { items } = expectStatus(await open(shared, shared).ask(), 'ready').answer;
      expect(items.income.status).toBe('present');
    },
  );

  it('works over mutual TLS with the certificate of its registration', async () => {
    const clock = createVirtualClock(NOW);
    const sandbox = closing(
      await startSandbox({
        registrations: [registrationOf(loan, OTHER_ID), registrationOf(loan)],
        clock,
      }),
    );
    const connection = sandbox.connectionFor(CLIENT_ID, { profile: same });
    const client = closing(createSelfInfoClient({ service: loan, ...connection }));
    const result = await client.query(await visits(client, sandbox).consent(), latest(), {
      onProgress: ({ retryAt }) => clock.set(retryAt),
    });
    expect(expectStatus(result, 'ready').answer.items.income.status).toBe('present');
  });
});

describe('environment', () => {
  it('uses the profile of the options as it is, even against the registration', () => {
    const registration = { ...registrationOf(loan), requirePushedAuthorizationRequests: true };
    const sandbox = createSandbox({ registrations: [registration] });
    const pushes = (own?: WireProfile) =>
      sandbox.environment(CLIENT_ID, own && { profile: own }).profile.oauth
        .pushedAuthorizationRequests.value;
    expect([pushes(), pushes(same)]).toEqual([true, false]);
    expect(sandbox.environment(undefined, { profile: same }).profile.id).toBe('client-1');
  });

  it('refuses a profile that lacks an entry, and an unknown option', () => {
    const { sandbox } = open(same);
    const broken = { ...same, fields: { ...same.fields, holder: undefined } };
    const environmentWith = (options: object) => () => sandbox.environment(CLIENT_ID, options);
    expect(refusal(environmentWith({ profile: broken }))).toEqual([
      'missing_option',
      'options.profile.fields.holder',
    ]);
    expect(refusal(environmentWith({ profil: same }))).toEqual([
      'unknown_option',
      'options.profil',
    ]);
  });
});
