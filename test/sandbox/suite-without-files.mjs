// What a suite in another language would do, without this package and without reading a file. It is
// told one URL only: that of the control. It prints what it saw.
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const [, , control = ''] = process.argv;
const space = { 'x-sandbox-space': 'suite' };
const CLIENT_ID = 'SP00000009_ZZ0009';

/** @returns {Promise<{ status?: number, location?: string, body: any }>} */
function send(method, url, { body, headers, tls } = {}) {
  const { protocol } = new URL(url);
  const form = body instanceof URLSearchParams;
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return new Promise((resolve, reject) => {
    (protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      { method, headers: { ...(body && { 'content-type': type }), ...headers }, ...tls },
      async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        const isJson = response.headers['content-type']?.startsWith('application/json');
        const { statusCode: status, headers } = response;
        resolve({ status, location: headers.location, body: isJson ? JSON.parse(text) : text });
      },
    )
      .on('error', reject)
      .end(body === undefined ? undefined : form ? String(body) : JSON.stringify(body));
  });
}
const call = async (method, path, body) =>
  (await send(method, control + path, { body, headers: space })).body;

await call('PUT', `/registrations/${CLIENT_ID}`, {
  redirectUris: ['https://loan.example/callback'],
  service: {
    name: '見本',
    purpose: { id: 'loan', text: '審査のため' },
    retention: { days: 30 },
    items: { income: { detail: 'local-tax', code: 'TM00000000000002', inquiries: ['range'] } },
  },
});
const connection = await call('GET', `/connection?clientId=${CLIENT_ID}`);
const { ca, certificate: cert, key, redirectUri } = connection;
const tls = { ca, cert, key };
await call('PUT', '/rule', { persona: 'hanako' });
await call('PUT', '/personas/hanako/records/local-tax', [
  { server: 'municipal', holder: '見本市', fiscalYear: 2026, fields: { 合計所得金額: 1 } },
]);

const verifier = randomBytes(32).toString('base64url');
const authorize = new URL(connection.authorizeUrl);
authorize.search = String(
  new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: redirectUri,
    state: 'state-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }),
);
const { location = '' } = await send('GET', authorize);
const callback = new URL(location).searchParams;
const token = await send('POST', connection.tokenUrl, {
  tls,
  body: new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: CLIENT_ID,
    code: callback.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }),
});
const headers = { authorization: `Bearer ${token.body.access_token}` };
const { wire } = JSON.parse(process.env.WIRE ?? '{}');
const requested = await send('POST', connection.requestUrl, { tls, headers, body: wire });
const polled = call('GET', '/journal?step=result&count=2&waitMs=60000');
const results = [];
for (const _ of [1, 2])
  results.push(
    (await send('POST', connection.resultUrl, { tls, headers, body: requested.body })).body,
  );
const journal = (await polled).map(({ step, outcome, clientId }) => [step, outcome, clientId]);
const { now } = await call('POST', '/clock', { advanceMs: 3_600_000 });
const expired = await send('POST', connection.resultUrl, { tls, headers, body: requested.body });
await call('POST', '/reset', {});
const after = [await call('GET', '/journal'), (await call('GET', '/registrations')).length];
const { apiUrl, issuer } = connection;
console.log(
  JSON.stringify({
    apiUrl,
    issuer: callback.get('iss') === issuer,
    result: JSON.stringify(results[1]),
    journal,
    now,
    expired: expired.body.error,
    after,
  }),
);
