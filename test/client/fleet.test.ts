import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSelfInfoClient,
  createVirtualClock,
  latest,
  publicProfile,
  type Store,
  sandboxEnvironment,
  type WireProfile,
} from '../../src/index.js';
import { CLIENT_ID, expectStatus, loan, NOW, REDIRECT_URI } from '../kit/loan.js';
import { errorOf, refusalOf } from '../kit/refusals.js';

const { itemStatuses, fields } = publicProfile;
const confirmed = (value: string) => ({ value, confidence: 'specification' }) as const;

/** Two profiles that differ in their paths, and in which of two words means what. */
const before: WireProfile = {
  ...publicProfile,
  id: 'before',
  paths: {
    ...publicProfile.paths,
    request: confirmed('/1/request'),
    result: confirmed('/1/result'),
  },
};
const after: WireProfile = {
  ...publicProfile,
  id: 'after',
  paths: {
    ...publicProfile.paths,
    request: confirmed('/2/request'),
    result: confirmed('/2/result'),
  },
  itemStatuses: {
    ...itemStatuses,
    present: itemStatuses['nothing-on-record'],
    'nothing-on-record': itemStatuses.present,
  },
};

/** A portal that answers each process in the words of the request that began it. */
function openPortal() {
  let processes = 0;
  const hasRecord = new Map<string, boolean>();
  return {
    async fetch(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url);
      if (pathname === '/oauth/token')
        return Response.json({ access_token: 'a-token', token_type: 'Bearer' });
      const [, version, step] = pathname.split('/');
      const body = (await request.json()) as Record<string, string>;
      if (step === 'request') {
        const id = `${version}-${processes++}`;
        hasRecord.set(id, processes % 3 > 0);
        return Response.json({ [fields.processId.value]: id });
      }
      const id = body[fields.processId.value] ?? '';
      // Asked in the other version, the portal does not know the process.
      if (!id.startsWith(`${version}-`)) return Response.json({}, { status: 404 });
      const words = version === '1' ? before.itemStatuses : after.itemStatuses;
      const present = hasRecord.get(id) === true;
      return Response.json({
        [fields.processId.value]: id,
        [fields.processStatus.value]: publicProfile.processStatuses.done.value,
        [fields.selfPersonalData.value]: [
          {
            [fields.itemCode.value]: 'household',
            [fields.itemStatus.value]: words[present ? 'present' : 'nothing-on-record'].value,
            ...(present && {
              [fields.records.value]: [
                {
                  [fields.holder.value]: '千代田区',
                  [fields.values.value]: { 異動日: '2020-01-01' },
                },
              ],
            }),
          },
        ],
      });
    },
    isPresent: (id: string) => hasRecord.get(id),
    count: () => processes,
  };
}

function openFleet() {
  const portal = openPortal();
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore({ clock });
  const processOf = async (id: string) => {
    const entry = await store.get(`retrieval:2:${id}`);
    return JSON.parse(typeof entry === 'object' ? entry.value : '{}').accepted.processes[0].id;
  };
  const clientOf = (
    profile: WireProfile,
    otherProfiles: readonly WireProfile[],
    kept: Store = store,
  ) =>
    createSelfInfoClient({
      service: loan,
      environment: sandboxEnvironment({
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
        issuer: 'https://portal.example',
        profile,
        otherProfiles,
      }),
      fetch: (request) => portal.fetch(request),
      clock,
      store: kept,
    });
  return { portal, clientOf, processOf };
}

const session = { sessionBinding: 'session-of-hanako' };
const callbackOf = (url: string) => {
  const state = new URL(url).searchParams.get('state') ?? '';
  return `${REDIRECT_URI}?${new URLSearchParams({ code: 'a-code', state, iss: 'https://portal.example' })}`;
};

describe('a fleet that changes its wire profile', () => {
  it('gives no wrong answer in 1,000 journeys whose steps run on processes before and after the change', async () => {
    const { portal, clientOf, processOf } = openFleet();
    const fleet = [
      clientOf(before, [after]),
      clientOf(after, [before]),
      clientOf(before, [after]),
      clientOf(after, [before]),
    ];
    let turn = 0;
    // Every combination of processes for the four steps occurs.
    const pick = (place: number) => fleet[Math.floor(turn / 4 ** place) % 4] as (typeof fleet)[0];
    const counts = { present: 0, 'nothing-on-record': 0 };
    for (; turn < 1_000; turn++) {
      const { url } = await pick(0).beginConsent(session);
      const completing = pick(1);
      const outcome = await completing.completeConsent(callbackOf(url), session);
      const { grant } = expectStatus(outcome, 'granted');
      const retrieval = await completing.submit(grant, { household: latest() });
      const present = portal.isPresent(await processOf(retrieval.id));
      const { answer } = expectStatus(await pick(2).collect(retrieval), 'ready');
      const { status } = answer.items.household;
      expect(status).toBe(present ? 'present' : 'nothing-on-record');
      if (status === 'present' || status === 'nothing-on-record') counts[status]++;
    }
    expect([portal.count(), counts.present + counts['nothing-on-record']]).toEqual([1_000, 1_000]);
    expect(Math.min(counts.present, counts['nothing-on-record'])).toBeGreaterThan(300);
  });

  it('refuses what began under a profile that a process does not know, and changes nothing', async () => {
    const { portal, clientOf } = openFleet();
    const [old, lone, both] = [
      clientOf(before, []),
      clientOf(after, []),
      clientOf(after, [before]),
    ];
    const { url } = await old.beginConsent(session);
    const callback = callbackOf(url);
    const refused = await errorOf(() => lone.completeConsent(callback, session));
    expect([refused.code, refused.effect, refused.path]).toEqual([
      'profile_unknown',
      'none',
      'transaction.pin',
    ]);
    const { grant } = expectStatus(await both.completeConsent(callback, session), 'granted');
    const retrieval = await both.submit(grant, { household: latest() });
    expect(portal.count()).toBe(1);
    const lost = await errorOf(() => lone.collect(retrieval));
    expect([lost.code, lost.effect, lost.retrieval]).toEqual([
      'profile_unknown',
      'none',
      retrieval,
    ]);
    expectStatus(await both.collect(retrieval), 'ready');
  });

  it('refuses what began under a profile of the same name that reads otherwise', async () => {
    const { portal, clientOf } = openFleet();
    const [old, lone] = [clientOf(before, []), clientOf({ ...after, id: before.id }, [])];
    const { url } = await old.beginConsent(session);
    const callback = callbackOf(url);
    expect(await refusalOf(() => lone.completeConsent(callback, session))).toEqual([
      'profile_unknown',
      'transaction.pin',
    ]);
    const { grant } = expectStatus(await old.completeConsent(callback, session), 'granted');
    const retrieval = await old.submit(grant, { household: latest() });
    expect((await errorOf(() => lone.collect(retrieval))).code).toBe('profile_unknown');
    expect(portal.count()).toBe(1);
    expectStatus(await old.collect(retrieval), 'ready');
  });
});
