import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  createSelfInfoClient,
  createVirtualClock,
  latest,
  publicCodec,
  publicProfile,
  sandboxEnvironment,
  type WireCodec,
  type WireContext,
  type WireProfile,
  type WireReply,
  type WireRequest,
} from '../../src/index.js';
import { changed, site } from '../client/valid-options.js';
import { expectStatus, grantOf, loan, NOW } from '../kit/loan.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { refusal } from '../kit/refusals.js';
import { comeBack } from '../kit/stub.js';

const make = (profile: WireProfile) => sandboxEnvironment({ ...site, profile }).profile;
const known = <const T>(value: T) => ({ value, confidence: 'specification' }) as const;

/** A codec that counts its messages in a private field, and lets its functions call each other. */
class CountingCodec implements WireCodec {
  readonly version = 'counting-1';
  readonly sent: string[] = [];
  #count = 0;

  get confidence() {
    return { encodeRequest: 'specification' } as const;
  }

  async encodeRequest(request: WireRequest, context: WireContext) {
    return this.#counted(await publicCodec.encodeRequest(request, context));
  }

  decodeProcess(reply: WireReply, context: WireContext) {
    return publicCodec.decodeProcess(reply, context);
  }

  async encodePoll(processId: string, context: WireContext) {
    return this.#counted(await publicCodec.encodePoll(processId, context));
  }

  decodeResult(reply: WireReply, context: WireContext) {
    return publicCodec.decodeResult(reply, context);
  }

  #counted<T extends { readonly path: string }>(message: T): T {
    this.sent.push(`${++this.#count} ${message.path}`);
    return message;
  }
}

/** Queries the household of a stub portal. */
async function query(profile: WireProfile) {
  const { client, complete, callback, calls } = await comeBack({ profile });
  const result = await client.query(grantOf(await complete(callback)), { household: latest() });
  return { status: expectStatus(result, 'ready').answer.items.household.status, calls };
}

describe('a codec', () => {
  it('may be an instance of a class with private fields, getters and a superclass', async () => {
    class OurCodec extends CountingCodec {
      readonly limit = 5;
      helper() {
        return this.limit;
      }
    }
    const codec = new OurCodec();
    expect((await query(changedProfile({ codec }))).status).toBe('present');
    expect(codec.sent).toEqual(['1 /request', '2 /result']);
  });

  it('may inherit from the public codec', async () => {
    const codec: WireCodec = Object.create(publicCodec, { version: { value: 'heir-1' } });
    expect((await query(changedProfile({ codec }))).status).toBe('present');
  });

  it('as a class is refused with a misspelt function, and may have functions of other names', () => {
    class Misspelt extends CountingCodec {
      decodeRefusl() {}
    }
    class Further extends CountingCodec {
      readonly signer = () => 'x';
      decodeAll() {}
      decodeResults() {}
      encodeRequestBody() {}
    }
    expect(refusal(() => make(changedProfile({ codec: new Misspelt() })))).toEqual([
      'unknown_option',
      'options.profile.codec.decodeRefusl',
    ]);
    expect(make(changedProfile({ codec: new Further() })).codec.version).toBe('counting-1');
  });

  it('keeps the functions of the public codec as they are', () => {
    const { codec } = make(
      changedProfile({ codec: changedCodec({ sign: () => ({ headers: {} }) }) }),
    );
    expect(codec.encodeRequest).toBe(publicCodec.encodeRequest);
    expect(codec.decodeResult).toBe(publicCodec.decodeResult);
    expect(codec.version).toBe('changed-1');
  });

  it('gets no function from a polluted Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'sign', { value: () => 'x', configurable: true });
    try {
      expect(make(changedProfile({ codec: new CountingCodec() })).codec.sign).toBeUndefined();
      expect(make(changedProfile({ codec: changedCodec({}) })).codec.sign).toBeUndefined();
    } finally {
      Reflect.deleteProperty(Object.prototype, 'sign');
    }
  });
});

describe('the profile of an environment', () => {
  it('is the public profile itself where none is given', () => {
    expect(sandboxEnvironment(site).profile).toBe(publicProfile);
    expect(make({ ...publicProfile })).toEqual(publicProfile);
  });

  it('does not change with the object that it was made from', async () => {
    const ours = structuredClone({ ...changedProfile({}), codec: undefined }) as object;
    const codec = { ...changedCodec({}) };
    const given = { ...ours, codec } as WireProfile;
    const profile = make(given);
    for (const path of ['paths.request.value', 'fields.items.value', 'timing.pollMs.value', 'id']) {
      const keys = path.split('.');
      const last = keys.pop() ?? '';
      const holder = keys.reduce((value: object, key) => Reflect.get(value, key), given as object);
      Reflect.set(holder, last, '/evil');
    }
    (given.errorCodes.value as string[]).push('evil');
    Object.assign(codec, { version: 'evil', encodeRequest: () => 'evil', sign: () => 'evil' });
    expect(profile).toEqual(changedProfile({ codec: changedCodec({}) }));
  });

  it('is frozen throughout', () => {
    const profile = make(
      changedProfile({
        oauth: {
          ...publicProfile.oauth,
          tokenParameters: known({ resource: 'https://a.example' }),
        },
      }),
    );
    const open: string[] = [];
    (function visit(value: unknown, path: string) {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
    })(profile, 'profile');
    expect(open).toEqual([]);
  });

  it('is made of frozen objects, objects without a prototype, and objects of another realm', () => {
    const bare = (value: unknown): unknown =>
      typeof value !== 'object' || value === null
        ? value
        : Array.isArray(value)
          ? Object.freeze(value.map(bare))
          : Object.freeze(
              Object.assign(
                Object.create(null),
                Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bare(inner)])),
              ),
            );
    const expected = make(changedProfile({}));
    expect(make(bare(changedProfile({})) as WireProfile)).toEqual(expected);
    const { codec, ...data } = changedProfile({});
    const foreign = runInNewContext(`(${JSON.stringify(data)})`);
    foreign.codec = Object.assign(runInNewContext('({})'), codec);
    expect(make(foreign)).toEqual(expected);
  });

  it('is read once, so that a getter cannot show two values', () => {
    const reads: string[] = [];
    const changing = (name: string, first: unknown, later: unknown) =>
      Object.defineProperty({}, name, {
        enumerable: true,
        get: () => {
          reads.push(name);
          return reads.filter((read) => read === name).length === 1 ? first : later;
        },
      });
    const codec = Object.defineProperties(
      { ...changedCodec({}) },
      Object.getOwnPropertyDescriptors(changing('version', 'first-1', 'later-1')),
    );
    const token = Object.defineProperties(
      { ...known('') },
      Object.getOwnPropertyDescriptors(changing('value', '/first', 'https://later.example')),
    );
    const profile = make(changedProfile({ codec, paths: { ...publicProfile.paths, token } }));
    expect([profile.codec.version, profile.paths.token.value]).toEqual(['first-1', '/first']);
    expect(reads.toSorted()).toEqual(['value', 'version']);
  });

  it('ignores what it inherits', () => {
    const { timing, ...rest } = changedProfile({});
    const heir = Object.assign(Object.create({ timing }), rest);
    expect(refusal(() => make(heir))).toEqual(['missing_option', 'options.profile.timing']);
    Object.defineProperty(Object.prototype, 'numbers', { value: 'text', configurable: true });
    try {
      expect(Object.hasOwn(make(changedProfile({})), 'numbers')).toBe(false);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'numbers');
    }
  });

  it.each<[string, unknown]>([
    ['paths.token.value', '/'],
    ['paths.token.value', '/v1/oauth.token/'],
    ['paths.token.value', '/.well-known/~a;v=1/b:c@d,(e)'],
    ['paths.token.value', '/%E7%85%A7%E4%BC%9A'],
    ['paths.token.value', '/...'],
    ['headers.requestId.value', 'X-Request-Id'],
    ['headers.upstreamRequestId.value', "a!#$%&'*+-.^_`|~9"],
    ['oauth.scope.value', 'openid self-info:read !#[]~'],
    ['oauth.clientAuthentication.value', 'client_secret_post'],
    ['oauth.responseMode.value', 'form_post'],
    ['oauth.authorizationParameters.value', { acr_values: 'ial3 aal3', claims: '{"a":"あ"}' }],
    ['oauth.tokenParameters.value', { scope: 'a', resource: 'https://a.example/' }],
    ['oauth.deviations.value', ['issuer-missing-on-error', 'token-type-missing']],
    ['fields.items.value', '照会項目 一覧'],
    ['fields.items.value', 'constructor'],
    ['itemStatuses.present.value', '0'],
    ['methods.latest.value', '𠮷'],
    ['errorCodes.value', []],
    ['errorCodes.value', ['E-0001', 'a.b_c']],
    ['notAcceptedStatuses.value', [429, 500, 599]],
    ['completion.value', 'immediate'],
    ['contentCoding.value', 'br'],
    ['numbers', 'exact'],
    ['timing.pollMs.value', 100],
    ['timing.pollMs.value', 86_400_000],
    ['timing.consentMs.value', 10_000],
    ['timing.consentMs.value', 86_400_000],
    ['timing.resultMs.value', 10_000],
    ['timing.resultMs.value', 2_678_400_000],
    ['id', '自社 2027-01'],
  ])('may have %s = %j', (path, value) => {
    const profile = make(changed(changedProfile({}), path, value));
    expect(profile).toEqual(changed(changedProfile({}), path, value));
  });

  it('serves a client with the longest time for a result', () => {
    const profile = changed(changedProfile({}), 'timing.resultMs.value', 2_678_400_000);
    const clock = createVirtualClock(NOW);
    const environment = sandboxEnvironment({ ...site, profile });
    const fetch = async () => new Response();
    expect(createSelfInfoClient({ service: loan, environment, clock, fetch }).resume).toBeTypeOf(
      'function',
    );
  });
});
