import { generateKeyPairSync, sign } from 'node:crypto';
import { generateKeyPair } from 'jose';
import {
  createSelfInfoClient,
  createVirtualClock,
  defineService,
  latest,
  publicProfile,
  type WireCodec,
  type WireProfile,
} from 'myna-selfinfo';
import { createSandbox, type SandboxCodec } from 'myna-selfinfo/sandbox';
import { beforeAll, describe, expect, it } from 'vitest';
import { encryptedAnswerCodec } from '../../examples/wire-profile/codecs/encrypted-answer.js';
import { extraHeadersProfile } from '../../examples/wire-profile/codecs/extra-headers.js';
import { pagesCodec } from '../../examples/wire-profile/codecs/pages.js';
import { pollByGetCodec } from '../../examples/wire-profile/codecs/poll-by-get.js';
import { refusalIn200Profile } from '../../examples/wire-profile/codecs/refusal-in-200.js';
import { severalProcessesCodec } from '../../examples/wire-profile/codecs/several-processes.js';
import { signedRequestCodec } from '../../examples/wire-profile/codecs/signed-request.js';
import { xmlCodec } from '../../examples/wire-profile/codecs/xml.js';
import { encryptedAnswerPortal } from '../../examples/wire-profile/portal/encrypted-answer.js';
import { extraHeadersPortal } from '../../examples/wire-profile/portal/extra-headers.js';
import { pagesPortal } from '../../examples/wire-profile/portal/pages.js';
import { pollByGetPortal } from '../../examples/wire-profile/portal/poll-by-get.js';
import { refusalIn200Portal } from '../../examples/wire-profile/portal/refusal-in-200.js';
import { severalProcessesPortal } from '../../examples/wire-profile/portal/several-processes.js';
import { signedRequestPortal } from '../../examples/wire-profile/portal/signed-request.js';
import { xmlPortal } from '../../examples/wire-profile/portal/xml.js';
import { errorOf } from '../kit/refusals.js';

const income = {
  detail: 'local-tax',
  code: 'TM00000000000002',
  inquiries: ['latest'],
  latestBy: '課税年度',
} as const;
const pension = { detail: 'pension', inquiries: ['latest'], latestBy: '改定日' } as const;
const about = {
  name: '住宅ローン事前審査',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
} as const;
const service = defineService({ ...about, items: { income, pension } });
const registered = defineService({ ...about, items: { income } });
const now = Date.parse('2026-12-01T10:00:00+09:00');

/** A client and a portal that share nothing but the wire. The portal speaks the names of publicProfile. */
function open(profile: WireProfile, codec: SandboxCodec, known: object = service) {
  const clock = createVirtualClock(now);
  const sandbox = createSandbox({
    registrations: [
      {
        clientId: 'SP12345678_AB1234',
        redirectUris: ['https://loan.example/callback'],
        service: known as typeof service,
      },
    ],
    clock,
    codec,
  });
  const environment = sandbox.environment('SP12345678_AB1234', { profile });
  const fetch = (request: Request) => sandbox.fetch(request);
  const client = createSelfInfoClient({ service, environment, fetch, clock });
  const onProgress = ({ retryAt }: { retryAt: string }) => clock.set(retryAt);
  async function consent(persona = 'hanako') {
    const session = { sessionBinding: 'session' };
    const { url } = await client.beginConsent(session);
    const outcome = await client.completeConsent(await sandbox.visit(url, { persona }), session);
    if (outcome.status !== 'granted') throw new Error(outcome.status);
    return outcome.grant;
  }
  const ask = async (persona?: string) =>
    client.query(await consent(persona), latest(), { onProgress });
  return { client, sandbox, consent, ask, onProgress };
}

const withCodec = (codec: WireCodec): WireProfile => ({ ...publicProfile, id: 'example', codec });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signing = (key = ec.privateKey) =>
  signedRequestCodec({
    id: 'key-1',
    sign: async (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
  });
let jwe: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  jwe = await generateKeyPair('ECDH-ES+A256KW');
});

/** Each example, its portal, the code of a refusal, and an income of hanako as it arrives. */
const examples: readonly [string, () => WireProfile, () => SandboxCodec, string?, unknown?][] = [
  ['extra-headers', () => extraHeadersProfile, extraHeadersPortal],
  ['xml', () => withCodec(xmlCodec), xmlPortal, '', '3720000'],
  [
    'signed-request',
    () => withCodec(signing()),
    () => signedRequestPortal(ec.publicKey, () => now),
  ],
  [
    'encrypted-answer',
    () => withCodec(encryptedAnswerCodec(jwe.privateKey)),
    () => encryptedAnswerPortal(jwe.publicKey),
  ],
  ['poll-by-get', () => withCodec(pollByGetCodec), () => pollByGetPortal],
  ['several-processes', () => withCodec(severalProcessesCodec), severalProcessesPortal],
  ['pages', () => withCodec(pagesCodec), () => pagesPortal],
  ['refusal-in-200', () => refusalIn200Profile, refusalIn200Portal, 'E1002'],
];

describe.each(examples)(
  'the example %s',
  (_, profile, portal, code = 'item_not_registered', amount = 3_720_000) => {
    it.each([
      { persona: 'hanako', first: 'present', second: 'present' },
      { persona: 'newcomer', first: 'nothing-on-record', second: 'nothing-on-record' },
      { persona: 'not-covered', first: 'not-covered', second: 'nothing-on-record' },
      { persona: 'closed-city', first: 'unavailable', second: 'nothing-on-record' },
      { persona: 'failing', first: 'failed', second: 'nothing-on-record' },
    ])('gets the answer of $persona: $first and $second', async ({ persona, first, second }) => {
      const result = await open(profile(), portal()).ask(persona);
      if (result.status !== 'ready') throw new Error(result.status);
      const { items } = result.answer;
      expect([items.income.status, items.pension.status]).toEqual([first, second]);
      if (items.income.status === 'present')
        expect(items.income.reveal()).toMatchObject([{ fields: { 合計所得金額: amount } }]);
    });

    it('fails with the refusal of an item that is not registered', async () => {
      const result = await open(profile(), portal(), registered).ask();
      if (result.status !== 'failed') throw new Error(result.status);
      expect(result.error.code).toBe('upstream_refused');
      expect(result.error.upstream?.code ?? '').toBe(code);
    });
  },
);

describe('a portal of the examples', () => {
  it('refuses a signature by another key before anything is taken', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const portal = signedRequestPortal(ec.publicKey, () => now);
    const { ask, sandbox } = open(withCodec(signing(other.privateKey)), portal);
    const result = await ask();
    expect(result).toMatchObject({ status: 'failed', error: { code: 'upstream_refused' } });
    expect(sandbox.journal.at(-1)).toMatchObject({ step: 'codec', code: 'codec_refused' });
  });

  it('refuses a message without its header, and the error repeats the id of the portal', async () => {
    const { ask } = open(
      { ...extraHeadersProfile, codec: publicProfile.codec },
      extraHeadersPortal(),
    );
    expect(await ask()).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_refused', upstream: { status: 400, requestId: 'trace-1' } },
    });
  });

  it.each([
    ['of a foreign namespace', (xml: string) => xml.replace('information:9', 'information:8')],
    ['with a DTD', (xml: string) => xml.replace('?>', '?><!DOCTYPE s [<!ENTITY a "b">]>')],
  ])(
    'that sends XML %s fails the codec, and the retrieval collects the answer later',
    async (_, spoil) => {
      let isWrong = true;
      const portal = xmlPortal((xml) =>
        isWrong && xml.includes('process_status') ? spoil(xml) : xml,
      );
      const { ask, client, onProgress } = open(withCodec(xmlCodec), portal);
      const { code, retrieval } = await errorOf(ask);
      expect(code).toBe('codec_failed');
      isWrong = false;
      expect((await client.collect(client.resume(retrieval), { onProgress })).status).toBe('ready');
    },
  );

  it('that encrypts for another key fails the codec, and the retrieval is kept', async () => {
    const other = await generateKeyPair('ECDH-ES+A256KW');
    const codec = encryptedAnswerCodec(jwe.privateKey);
    const { ask } = open(withCodec(codec), encryptedAnswerPortal(other.publicKey));
    const { code, retrieval } = await errorOf(ask);
    expect([code, typeof retrieval]).toEqual(['codec_failed', 'object']);
  });

  it.each([
    ['E1001', 'E1001', 'none'],
    ['E1002', 'E1002', 'unknown'],
    ['E9999', 'unrecognised', 'unknown'],
  ])('that refuses with %s in a 200 fails as %s with effect %s', async (sent, code, effect) => {
    const result = await open(refusalIn200Profile, refusalIn200Portal(sent)).ask();
    expect(result).toMatchObject({ status: 'failed', error: { effect, upstream: { code } } });
  });

  it('that gives a process id that escapes is not polled, and the retrieval is kept', async () => {
    const portal: SandboxCodec = async (request, next) => {
      const response = await pollByGetPortal(request, next);
      return request.method === 'POST' ? Response.json({ process_id: '..' }) : response;
    };
    const { ask, sandbox } = open(withCodec(pollByGetCodec), portal);
    const { code, stage, effect, retrieval } = await errorOf(ask);
    expect({ code, stage, effect, kept: typeof retrieval }).toEqual({
      code: 'codec_failed',
      stage: 'result',
      effect: 'none',
      kept: 'object',
    });
    expect(sandbox.journal.filter(({ step }) => step === 'result' || step === 'codec')).toEqual([]);
  });

  it('fails the items of a failed process only', async () => {
    const portal = severalProcessesPortal('TM00000000000002');
    const result = await open(withCodec(severalProcessesCodec), portal).ask();
    if (result.status !== 'ready') throw new Error(result.status);
    const { items } = result.answer;
    expect([items.income.status, items.pension.status]).toEqual(['failed', 'present']);
  });
});

/** Returns a codec with a wrong function, until it is fixed. */
function spoiled<K extends 'encodeRequest' | 'decodeProcess' | 'encodePoll' | 'decodeResult'>(
  codec: WireCodec,
  name: K,
  wrong: WireCodec[K],
) {
  let isFixed = false;
  const switching = (...given: unknown[]) =>
    Reflect.apply(isFixed ? codec[name] : wrong, codec, given);
  return {
    codec: { ...codec, [name]: switching },
    fix() {
      isFixed = true;
    },
  };
}

describe('a wrong variant of an example', () => {
  it.each([
    {
      variant: 'a path that escapes when a server decodes it twice',
      portal: () => pollByGetPortal,
      wrong: () =>
        spoiled(pollByGetCodec, 'encodePoll', (id) => ({
          method: 'GET',
          path: `/v9/results/%252e%252e/${id}`,
        })),
      error: { code: 'codec_failed', stage: 'result', effect: 'none' },
      polls: 0,
    },
    {
      variant: 'one code in two processes',
      portal: severalProcessesPortal,
      wrong: () =>
        spoiled(severalProcessesCodec, 'decodeProcess', (_, { codes }) => ({
          processIds: { 'p-0': codes, 'p-1': codes.slice(1) },
        })),
      error: { code: 'codec_failed', stage: 'request', effect: 'applied' },
      polls: 0,
    },
    {
      variant: 'a repeated cursor',
      portal: () => pagesPortal,
      wrong: () =>
        spoiled(pagesCodec, 'decodeResult', async (reply, context) => {
          const result = await pagesCodec.decodeResult(reply, context);
          return 'running' in result || result.status !== 'done'
            ? result
            : { ...result, cursor: '1' };
        }),
      error: { code: 'response_invalid', stage: 'result', effect: 'none' },
      // One while the portal is working, the first page, and the second one once.
      polls: 3,
    },
  ])('with $variant is refused, and the fixed one collects the answer', async (given) => {
    const { codec, fix } = given.wrong();
    const { client, sandbox, ask, onProgress } = open(withCodec(codec), given.portal());
    const error = await errorOf(ask);
    const { code, stage, effect } = error;
    expect({ code, stage, effect }).toEqual(given.error);
    const times = (name: string) => sandbox.journal.filter(({ step }) => step === name).length;
    expect([times('request'), times('result')]).toEqual([1, given.polls]);

    fix();
    const result = await client.collect(client.resume(error.retrieval), { onProgress });
    if (result.status !== 'ready') throw new Error(result.status);
    const { items } = result.answer;
    expect([items.income.status, items.pension.status]).toEqual(['present', 'present']);
    expect(times('request')).toBe(1);
  });

  it('with an owned header sends nothing, and the fixed one uses the same consent', async () => {
    const { codec, fix } = spoiled(
      extraHeadersProfile.codec,
      'encodeRequest',
      async (request, context) => {
        const message = await extraHeadersProfile.codec.encodeRequest(request, context);
        return { ...message, headers: { ...message.headers, Authorization: 'Bearer another' } };
      },
    );
    const opened = open({ ...extraHeadersProfile, codec }, extraHeadersPortal());
    const { client, sandbox, consent, onProgress } = opened;
    const grant = await consent();
    const error = await errorOf(() => client.query(grant, latest(), { onProgress }));
    const { code, stage, effect, path, retrieval } = error;
    expect({ code, stage, effect, path, retrieval }).toEqual({
      code: 'codec_failed',
      stage: 'request',
      effect: 'none',
      path: 'environment.profile.codec.encodeRequest',
      retrieval: undefined,
    });
    expect(sandbox.journal.filter(({ step }) => step === 'request')).toEqual([]);

    fix();
    expect((await client.query(grant, latest(), { onProgress })).status).toBe('ready');
  });
});
