import { openSync } from 'node:fs';
import { createSelfInfoClient, isSelfInfoError, sandboxEnvironment } from 'myna-selfinfo';
import { loan } from './built-loan.mjs';

// A backend that has opened as many files as it may when it calls the portal. It prints its error.
const { endpoints, ca, tls } = JSON.parse(process.argv[2] ?? '');
const redirectUri = 'https://loan.example/callback';
const issuer = 'https://portal.example';
const environment = sandboxEnvironment({
  clientId: 'SP12345678_AB1234',
  redirectUri,
  endpoints,
  issuer,
  ca,
});
const client = createSelfInfoClient({ service: loan, environment, tls });
await client.ready();
const sessionBinding = 'session';
const { url } = await client.beginConsent({ sessionBinding });
const state = new URL(url).searchParams.get('state') ?? '';
const back = `${redirectUri}?${new URLSearchParams({ code: 'a-code', state, iss: issuer })}`;
// Writing to stdout for the first time takes a file, too.
process.stdout.write('');
try {
  for (;;) openSync(process.execPath, 'r');
} catch {
  // There is no free file any more.
}
try {
  await client.completeConsent(back, { sessionBinding });
} catch (error) {
  if (!isSelfInfoError(error)) throw error;
  const { code, reason, effect } = error;
  console.log(JSON.stringify({ code, reason, effect }));
}
