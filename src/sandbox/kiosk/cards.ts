import { generateKeyPairSync, type KeyPairKeyObjectResult, randomBytes, sign } from 'node:crypto';
import type { Clock } from '../../foundation/clock.js';
import { invalidOption } from '../../foundation/errors.js';
import { DAY_MS } from '../../foundation/time.js';
import { findPersona, type Persona } from '../personas/persona.js';
import { type CertificateContent, readCertificate, signCertificate } from './certificate.js';

/** What is wrong with a card. */
export type CardCondition = 'good' | 'locked' | 'expired' | 'revoked';

/**
 * An invented card of a citizen, for `createSimulatedReader` of `myna-selfinfo/kiosk`. It exposes
 * neither PIN nor key.
 */
export interface SandboxCard {
  /** Returns the certificate, and how many wrong PINs are left. */
  read(): { readonly certificate: Uint8Array; readonly triesLeft: number };
  /** Signs with the key of the card, or counts a wrong PIN: the third in a row locks the card. */
  sign(
    challenge: Uint8Array,
    pin: string,
  ):
    | { readonly status: 'signed'; readonly signature: Uint8Array }
    | { readonly status: 'wrong-pin'; readonly triesLeft: number }
    | { readonly status: 'locked' };
}

/** The issuer of the cards of one sandbox. */
export interface CardIssuer {
  readonly keys: KeyPairKeyObjectResult;
  /** Serial numbers of revoked certificates. */
  readonly revoked: Set<string>;
  readonly personas: ReadonlyMap<string, Persona>;
  readonly clock: Clock;
}

/** Why a certificate is not accepted. */
export type CertificateRefusal = 'expired' | 'revoked' | 'not-accepted';

const TRIES = 3;
const CONDITIONS: readonly unknown[] = [
  'good',
  'locked',
  'expired',
  'revoked',
] satisfies CardCondition[];
const CARD_LIFE_MS = 5 * 365 * DAY_MS;

/** Creates an issuer that has issued no card yet. */
export function createCardIssuer(options: Pick<CardIssuer, 'personas' | 'clock'>): CardIssuer {
  return { ...options, keys: generateKeyPairSync('ed25519'), revoked: new Set() };
}

/** Issues a card to a persona. */
export function issueCard(
  { keys, revoked, personas, clock }: CardIssuer,
  id: string,
  condition?: CardCondition,
): SandboxCard {
  const persona = findPersona(personas, id, 'persona');
  const state = condition ?? persona.card ?? 'good';
  if (!CONDITIONS.includes(state)) {
    throw invalidOption('condition', {
      en: `It must be one of ${CONDITIONS.join(', ')}.`,
      ja: `${CONDITIONS.join('、')} のいずれかを指定してください。`,
    });
  }
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const serial = randomBytes(16).toString('hex');
  if (state === 'revoked') revoked.add(serial);
  const notAfter = clock.now() + (state === 'expired' ? -DAY_MS : CARD_LIFE_MS);
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const content = { serial, persona: persona.id, notAfter, key };
  const certificate = signCertificate(content, keys.privateKey);
  let triesLeft = state === 'locked' ? 0 : TRIES;
  return {
    read: () => ({ certificate: Uint8Array.from(certificate), triesLeft }),
    sign(challenge, pin) {
      if (triesLeft === 0) return { status: 'locked' };
      if (pin === persona.pin) {
        triesLeft = TRIES;
        return { status: 'signed', signature: sign(null, challenge, privateKey) };
      }
      triesLeft--;
      return triesLeft === 0 ? { status: 'locked' } : { status: 'wrong-pin', triesLeft };
    },
  };
}

/** Returns the content of a certificate, or why it is not accepted. */
export function validateCertificate(
  { keys, revoked, clock }: CardIssuer,
  certificate: Uint8Array,
): CertificateContent | CertificateRefusal {
  const content = readCertificate(certificate, keys.publicKey);
  if (content === undefined) return 'not-accepted';
  if (revoked.has(content.serial)) return 'revoked';
  return content.notAfter <= clock.now() ? 'expired' : content;
}
