import { KeyObject, webcrypto } from 'node:crypto';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  fiscalYear,
  latest,
  type Progress,
  pointInTime,
  productionEnvironment,
  range,
  type WireProfile,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { beforeAll, describe, expect, it } from 'vitest';
import { madeUpPortal, portalProfile } from '../../examples/wire-profile/made-up/portal.js';
import { madeUpProfile } from '../../examples/wire-profile/made-up/profile.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { CLIENT_ID, expectStatus, NOW, REDIRECT_URI, SESSION } from '../kit/loan.js';
import { refusal } from '../kit/refusals.js';

const about = {
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
} as const;
const income = {
  detail: 'local-tax',
  code: 'TM00000000000002',
  inquiries: ['latest', 'point-in-time', 'range'],
  latestBy: '課税年度',
} as const;
const pension = {
  detail: 'pension',
  code: 'TM00000000000003',
  inquiries: ['latest'],
  latestBy: '改定日',
} as const;
const service = defineService({ ...about, items: { income, pension } });

const clock = createVirtualClock(NOW);
const onProgress = ({ retryAt }: Progress) => clock.set(retryAt);
const closing = closeAfterEach();
const createKeys = () =>
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
let publicKey: KeyObject;
let profile: WireProfile;

beforeAll(async () => {
  const keys = await createKeys();
  publicKey = KeyObject.from(keys.publicKey);
  profile = madeUpProfile(keys.privateKey);
});

/** A client and a portal over mutual TLS. They share nothing but the wire. */
async function open(own = profile, registered: unknown = service) {
  const sandbox = closing(
    await startSandbox({
      registrations: [
        {
          clientId: CLIENT_ID,
          redirectUris: [REDIRECT_URI],
          service: registered as typeof service,
        },
      ],
      clock,
      profile: portalProfile,
      codec: madeUpPortal(publicKey),
    }),
  );
  const connection = sandbox.connectionFor(CLIENT_ID, { profile: own });
  const client = closing(createSelfInfoClient({ service, ...connection }));
  const session = { sessionBinding: SESSION };
  async function consent(persona = 'hanako') {
    const { url } = await client.beginConsent(session);
    const back = await sandbox.visit(url, { persona });
    return expectStatus(await client.completeConsent(back, session), 'granted').grant;
  }
  return { client, sandbox, consent };
}

describe('a made-up specification, connected with one file', () => {
  it.each([
    ['hanako', 'present', 'present'],
    ['newcomer', 'nothing-on-record', 'nothing-on-record'],
    ['not-covered', 'not-covered', 'nothing-on-record'],
    ['closed-city', 'unavailable', 'nothing-on-record'],
    ['failing', 'failed', 'nothing-on-record'],
  ])('gets the answer of %s over TLS: %s and %s', async (persona, first, second) => {
    const { client, consent } = await open();
    const result = await client.query(await consent(persona), latest(), { onProgress });
    const { items } = expectStatus(result, 'ready').answer;
    expect([items.income.status, items.pension.status]).toEqual([first, second]);
  });

  it.each([
    ['latest', latest(), ['3720000']],
    ['a fiscal year', pointInTime(fiscalYear(2025)), ['3544000']],
    [
      'three fiscal years',
      range(fiscalYear(2024), fiscalYear(2026)),
      ['3368000', '3544000', '3720000'],
    ],
  ])('gets the records of %s', async (_, inquiry, amounts) => {
    const { client, consent } = await open();
    const inquiries = { income: inquiry, pension: latest() };
    const result = await client.query(await consent(), inquiries, { onProgress });
    const records = expectStatus(
      expectStatus(result, 'ready').answer.items.income,
      'present',
    ).reveal();
    expect(records).toMatchObject(
      amounts.map((合計所得金額) => ({
        holder: 'サンプル市',
        fields: { 申告区分: '申告済', 合計所得金額 },
      })),
    );
  });

  it('says until when a closed holder is closed', async () => {
    const { client, consent } = await open();
    const result = await client.query(await consent('closed-city'), latest(), { onProgress });
    expect(
      expectStatus(expectStatus(result, 'ready').answer.items.income, 'unavailable'),
    ).toMatchObject({ server: 'municipal', until: '2027-01-04T08:00:00+09:00' });
  });

  it('fails with a refusal inside a 200, and leaves the consent unused', async () => {
    const { client, consent } = await open(profile, defineService({ ...about, items: { income } }));
    const grant = await consent();
    // The second time, too: a used grant would be `grant_used`.
    for (let attempt = 0; attempt < 2; attempt++)
      expect(
        expectStatus(await client.query(grant, latest(), { onProgress }), 'failed').error,
      ).toMatchObject({
        code: 'upstream_refused',
        stage: 'request',
        effect: 'none',
        upstream: { status: 200, code: 'E-101' },
      });
    await client.discard(grant);
  });

  it('is refused with the signature of another key, before anything is accepted', async () => {
    const { privateKey } = await createKeys();
    const { client, consent, sandbox } = await open(madeUpProfile(privateKey));
    const grant = await consent();
    const result = await client.query(grant, latest(), { onProgress });
    expect(expectStatus(result, 'failed').error).toMatchObject({
      code: 'upstream_refused',
      effect: 'none',
      upstream: { status: 200, code: 'E-104' },
    });
    expect(sandbox.journal.filter(({ step }) => step === 'request')).toEqual([]);
    await client.discard(grant);
  });
});

/** Returns the places of the marks of a profile, each with a copy of the profile that lacks it. */
function unmarked({ codec, ...data }: WireProfile): [path: string, profile: WireProfile][] {
  const functions = Object.keys(codec.confidence).map((name): [string, WireProfile] => {
    const { [name as 'sign']: _, ...confidence } = codec.confidence;
    return [`codec.confidence.${name}`, { ...data, codec: { ...codec, confidence } }];
  });
  const entries = unmarkedIn(data).map(([path, changed]): [string, WireProfile] => [
    path,
    { ...(changed as typeof data), codec },
  ]);
  return [...entries, ...functions];
}

function unmarkedIn(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  if ('confidence' in value) return [[path, { ...value, confidence: 'inferred' }]];
  return Object.entries(value).flatMap(([key, inner]) =>
    unmarkedIn(inner, path === '' ? key : `${path}.${key}`).map(
      ([place, changed]): [string, unknown] => [place, { ...value, [key]: changed }],
    ),
  );
}

describe('production with a made-up specification', () => {
  const start = (own: WireProfile) =>
    productionEnvironment({
      clientId: CLIENT_ID,
      redirectUri: REDIRECT_URI,
      endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
      issuer: 'https://portal.example',
      profile: own,
    });

  it('starts with the marks of all entries and functions', async () => {
    const { sandbox } = await open();
    const { tls } = sandbox.connection;
    const client = closing(createSelfInfoClient({ service, environment: start(profile), tls }));
    const { url } = await client.beginConsent({ sessionBinding: SESSION });
    expect(new URL(url).pathname).toBe('/v7/authorize');
  });

  it('does not start without any one of them, and names its place', () => {
    const marks = unmarked(profile);
    // 60 entries of data, the four functions of every codec, decodeRefusal and sign.
    expect(marks).toHaveLength(66);
    for (const [path, own] of marks)
      expect(refusal(() => start(own))).toEqual(['unverified_profile', `options.profile.${path}`]);
  });
});
