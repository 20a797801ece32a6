import type { KeyObject } from 'node:crypto';
import type { errors as joseErrors } from 'jose';
import { lazyPackage } from '../../foundation/packages.js';
import type { SandboxContext } from '../context.js';
import type { Client } from '../registrations.js';
import { Refusal } from './refusals.js';

// Most sandboxes see no assertion.
const jose = lazyPackage('jose', () => import('jose'));

const LONGEST_ASSERTION = 4_096;
const LONGEST_LIFE_S = 300;
const LONGEST_ID = 256;
/** How far the client's clock may be off, in seconds (FAPI 2.0). */
const TOLERANCE_S = 10;

type AssertionContext = Pick<SandboxContext, 'assertions' | 'baseClock' | 'clock' | 'origins'>;
type ClientKeys = NonNullable<Client['keys']>;

/** Verifies a signed client assertion (RFC 7523), which counts once. */
export async function verifyAssertion(
  context: AssertionContext,
  client: Client,
  keys: ClientKeys,
  assertion: string,
): Promise<void> {
  if (assertion.length > LONGEST_ASSERTION) throw new Refusal('assertion_malformed');
  const { errors, jwtVerify } = await jose();
  const now = context.clock.now();
  try {
    const { payload } = await jwtVerify(assertion, (header) => findKey(keys, header), {
      algorithms: ['ES256', 'PS256'],
      typ: 'client-authentication+jwt',
      issuer: client.clientId,
      subject: client.clientId,
      audience: context.origins.apiUrl,
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(now),
      clockTolerance: TOLERANCE_S,
      maxTokenAge: LONGEST_LIFE_S,
    });
    // The library accepts a list of audiences as well.
    if (typeof payload.aud !== 'string') throw new Refusal('assertion_claim', 'aud');
    const { exp = Number.POSITIVE_INFINITY } = payload;
    if (exp > now / 1_000 + LONGEST_LIFE_S + TOLERANCE_S)
      throw new Refusal('assertion_claim', 'exp');
    remember(context, client, payload.jti, exp);
  } catch (error) {
    throw error instanceof Refusal ? error : refusalOf(error, errors);
  }
}

function findKey(keys: ClientKeys, { alg, kid = '' }: { alg?: string; kid?: string }): KeyObject {
  const key = keys.get(kid);
  if (key === undefined) throw new Refusal('assertion_key_unknown');
  if (alg !== key.alg) throw new Refusal('assertion_algorithm', key.alg);
  return key.key;
}

/** Remembers the id of an assertion until it expires, and refuses an id seen before. */
function remember(
  { assertions, baseClock }: AssertionContext,
  client: Client,
  jti: unknown,
  exp: number,
): void {
  for (const [id, until] of assertions) if (until <= baseClock.now()) assertions.delete(id);
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID)
    throw new Refusal('assertion_claim', 'jti');
  const id = `${client.clientId} ${jti}`;
  if (assertions.has(id)) throw new Refusal('assertion_replayed');
  assertions.set(id, (exp + TOLERANCE_S) * 1_000);
}

function refusalOf(error: unknown, errors: typeof joseErrors): Refusal {
  if (error instanceof errors.JWTExpired) return new Refusal('assertion_expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Refusal('assertion_claim', error.claim);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return new Refusal('assertion_algorithm', 'ES256, PS256');
  return new Refusal(
    error instanceof errors.JWSSignatureVerificationFailed
      ? 'assertion_signature'
      : 'assertion_malformed',
  );
}
