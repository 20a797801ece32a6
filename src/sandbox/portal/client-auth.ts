import type { KeyObject } from 'node:crypto';
import type { Attempt, World } from '../context.js';
import type { Client } from '../registrations.js';
import { required } from './bodies.js';
import { Refusal } from './refusals.js';

/** Finds out who calls, and refuses whoever cannot prove it. */
export type AuthenticateClient = (
  form: ReadonlyMap<string, string>,
  attempt: Attempt,
) => Promise<Client>;

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST_ASSERTION = 4_096;
const LONGEST_LIFE_S = 300;
const LONGEST_ID = 256;
/** How far the client's clock may be off, in seconds (FAPI 2.0). */
const TOLERANCE_S = 10;

/**
 * Client authentication at the API: by the certificate of the connection (RFC 8705), and by a
 * signed assertion (RFC 7523) where one is registered.
 */
export function createAuthentication({
  clients,
  clock,
  given,
  origins,
}: World): AuthenticateClient {
  /** Assertions seen, as client and id, and until when they would be good. */
  const seen = new Map<string, number>();

  function remember(client: Client, jti: unknown, exp: number): void {
    for (const [id, until] of seen) if (until <= given.now()) seen.delete(id);
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID)
      throw new Refusal('assertion_claim', 'jti');
    const id = `${client.clientId} ${jti}`;
    if (seen.has(id)) throw new Refusal('assertion_replayed');
    seen.set(id, (exp + TOLERANCE_S) * 1_000);
  }

  async function verify(
    client: Client,
    keys: NonNullable<Client['keys']>,
    assertion: string,
  ): Promise<void> {
    if (assertion.length > LONGEST_ASSERTION) throw new Refusal('assertion_malformed');
    // Loaded when needed: most sandboxes see no assertion.
    const { errors, jwtVerify } = await import('jose');
    const now = clock.now();
    const keyOf = ({ alg, kid = '' }: { alg?: string; kid?: string }): KeyObject => {
      const key = keys.get(kid);
      if (key === undefined) throw new Refusal('assertion_key_unknown');
      if (alg !== key.alg) throw new Refusal('assertion_algorithm', key.alg);
      return key.key;
    };
    try {
      const { payload } = await jwtVerify(assertion, keyOf, {
        algorithms: ['ES256', 'PS256'],
        typ: 'client-authentication+jwt',
        issuer: client.clientId,
        subject: client.clientId,
        audience: origins.apiUrl,
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(now),
        clockTolerance: TOLERANCE_S,
        maxTokenAge: LONGEST_LIFE_S,
      });
      // The library takes a list of audiences too.
      if (typeof payload.aud !== 'string') throw new Refusal('assertion_claim', 'aud');
      const { exp = Number.POSITIVE_INFINITY } = payload;
      if (exp > now / 1_000 + LONGEST_LIFE_S + TOLERANCE_S)
        throw new Refusal('assertion_claim', 'exp');
      remember(client, payload.jti, exp);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (error instanceof errors.JWTExpired) throw new Refusal('assertion_expired');
      if (error instanceof errors.JWTClaimValidationFailed)
        throw new Refusal('assertion_claim', error.claim);
      if (error instanceof errors.JOSEAlgNotAllowed)
        throw new Refusal('assertion_algorithm', 'ES256, PS256');
      throw new Refusal(
        error instanceof errors.JWSSignatureVerificationFailed
          ? 'assertion_signature'
          : 'assertion_malformed',
      );
    }
  }

  return async (form, attempt) => {
    const client = clients.get(required(form, 'client_id'));
    if (client !== undefined) attempt.clientId = client.clientId;
    if (
      client === undefined ||
      (client.thumbprint !== undefined && client.thumbprint !== attempt.thumbprint)
    )
      throw new Refusal('client_not_authenticated');
    const assertion = form.get('client_assertion');
    if (client.keys === undefined) {
      if (assertion !== undefined) throw new Refusal('assertion_not_registered');
      return client;
    }
    if (assertion === undefined || form.get('client_assertion_type') !== ASSERTION_TYPE)
      throw new Refusal('assertion_required', ASSERTION_TYPE);
    await verify(client, client.keys, assertion);
    return client;
  };
}
