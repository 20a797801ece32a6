import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// A backend in another process, with a given zone and locale and without randomness. It prints
// everything that it sends.

/** @type {readonly string[]} */
const zones = JSON.parse(readFileSync(0, 'utf8'));

// Replaces randomness by a counter before the package is loaded. State, verifier and ids have no
// other source.
let count = 0;
/** @param {ArrayBufferView | null} target */
function fill(target) {
  if (target) new Uint8Array(target.buffer, target.byteOffset, target.byteLength).fill(++count);
  return target;
}
const uuid = () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
Object.assign(crypto, { randomUUID: uuid });
syncBuiltinESMExports();
Object.defineProperties(globalThis.crypto, {
  getRandomValues: { value: fill },
  randomUUID: { value: uuid },
});

const {
  createSelfInfoClient,
  createVirtualClock,
  explain,
  fiscalYear,
  latest,
  pointInTime,
  privateKeyJwt,
  publicProfile,
  range,
  sandboxEnvironment,
} = await import('myna-selfinfo');
const { loan } = await import('../kit/built-loan.mjs');

const CLIENT_ID = 'SP12345678_AB1234';
const REDIRECT_URI = 'https://loan.example/callback';
const SESSION = 'session of the matrix';

const { fields, paths, processStatuses } = publicProfile;
const PROCESS = 'process-of-the-matrix';
/** @type {Readonly<Record<string, object>>} */
const answers = {
  [paths.token.value]: {
    access_token: 'token-of-the-matrix',
    token_type: 'Bearer',
    expires_in: 3_600,
  },
  [paths.request.value]: { [fields.processId.value]: PROCESS },
  [paths.result.value]: {
    [fields.processId.value]: PROCESS,
    [fields.processStatus.value]: processStatuses.done.value,
    [fields.selfPersonalData.value]: [],
  },
};

/**
 * Returns everything that a journey beginning at an instant sends and says.
 *
 * @param {string} now
 */
async function journeyAt(now) {
  count = 0;
  /** @type {unknown[]} */
  const said = [];
  const environment = sandboxEnvironment({
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    endpoints: { browserUrl: 'https://portal.example', apiUrl: 'https://api.portal.example' },
    issuer: 'https://portal.example',
  });
  const client = createSelfInfoClient({
    service: loan,
    environment,
    clock: createVirtualClock(now),
    // A signature of the right length, without randomness.
    clientAuth: privateKeyJwt({
      alg: 'ES256',
      kid: 'KIDI-1',
      sign: async (input) => crypto.createHash('sha512').update(input).digest(),
    }),
    async fetch(request) {
      said.push([
        request.method,
        request.url,
        Object.fromEntries(request.headers),
        await request.text(),
      ]);
      return Response.json(answers[new URL(request.url).pathname]);
    },
  });
  const { url, availability } = await client.beginConsent({ sessionBinding: SESSION });
  said.push(url, availability, explain(availability, 'ja'), explain(availability, 'en'));
  const state = new URL(url).searchParams.get('state') ?? '';
  const callback = `${REDIRECT_URI}?${new URLSearchParams({ code: 'code-of-the-matrix', state, iss: environment.issuer })}`;
  const outcome = await client.completeConsent(callback, { sessionBinding: SESSION });
  if (outcome.status !== 'granted') return [outcome];
  const asked = {
    income: pointInTime(fiscalYear(2026)),
    household: range('2026-03-08', '2026-11-01'),
    shots: latest(),
  };
  const retrieval = await client.submit(outcome.grant, asked);
  said.push(outcome, retrieval);
  const collected = await client.collect(retrieval);
  said.push(collected, explain(collected, 'ja'));
  await client.close();
  return said;
}

const { locale } = Intl.DateTimeFormat().resolvedOptions();
const offset = new Date(0).getTimezoneOffset();
const own = `${(1_234.5).toLocaleString()} ${new Date(0).toLocaleString()}`;
/** @type {Record<string, string>} */
const said = {};
for (const zone of zones) {
  process.env.TZ = zone;
  // An ordinary day, the last millisecond of a year in Japan, and hours that occur twice or not at
  // all elsewhere.
  const instants = [
    '2026-12-01T10:00:00+09:00',
    '2026-12-31T23:59:59.999+09:00',
    '2026-11-01T15:30:00+09:00',
    '2026-03-08T16:30:00+09:00',
  ];
  const journeys = [];
  for (const instant of instants) journeys.push(await journeyAt(instant));
  said[`${zone} ${new Date(0).getTimezoneOffset()}`] = JSON.stringify(journeys, null, 1);
}
console.log(JSON.stringify({ offset, locale, own, said }));
