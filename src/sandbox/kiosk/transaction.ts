import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { Calendar } from '../../calendar/calendar.js';
import type { Catalog } from '../../catalog/catalog.js';
import { SelfInfoError } from '../../foundation/errors.js';
import type { KioskAuthorizer } from '../../kiosk/authorizer.js';
import { publicProfile } from '../../wire/public-profile.js';
import type { Persona } from '../personas/persona.js';
import { type ItemInquiry, settleAnswer } from '../portal/answers.js';
import { type CardIssuer, type CertificateRefusal, validateCertificate } from './cards.js';
import type { CertificateContent } from './certificate.js';
import { contextOf, replyOf } from './message.js';

type KioskTransaction = Awaited<ReturnType<KioskAuthorizer['begin']>>;
type CardProof = Parameters<KioskTransaction['identify']>[0];
/** The steps at which a card signs. */
type SigningStep = Parameters<KioskTransaction['challenge']>[0];

/** What a sandbox's kiosk edition did at a step. Contains no secrets and no personal data. */
export interface KioskLogEntry {
  readonly step: 'begin' | 'challenge' | 'identify' | 'fetch' | 'provide' | 'discard';
  readonly outcome: 'accepted' | 'refused';
}

/** What all transactions of one sandbox share. */
export interface KioskContext {
  readonly issuer: CardIssuer;
  readonly calendar: Calendar<Catalog>;
  readonly log: KioskLogEntry[];
}

/** The state of one transaction. */
interface TransactionState {
  readonly inquiries: readonly ItemInquiry[];
  step: SigningStep | 'provide' | 'over';
  challenge: { readonly step: SigningStep; readonly bytes: Uint8Array } | undefined;
  /** The certificate of the card that passed the identity check. */
  identified: Uint8Array | undefined;
}

const CHALLENGE_BYTES = 32;

/** Writes an entry to the log. */
export function writeLog(
  { log }: Pick<KioskContext, 'log'>,
  step: KioskLogEntry['step'],
  outcome: KioskLogEntry['outcome'],
): void {
  log.push(Object.freeze({ step, outcome }));
}

/** Opens a transaction that waits for the identity check. */
export function openTransaction(
  context: KioskContext,
  inquiries: readonly ItemInquiry[],
): KioskTransaction {
  const state: TransactionState = {
    inquiries,
    step: 'identity',
    challenge: undefined,
    identified: undefined,
  };
  return {
    challenge: async (step, certificate) => challenge(context, state, step, certificate),
    identify: async (proof) => identify(context, state, proof),
    fetch: (proof) => fetchAnswer(context, state, proof),
    provide: async () => provide(context, state),
    discard: async () => discard(context, state),
  };
}

function challenge(
  context: KioskContext,
  state: TransactionState,
  step: SigningStep,
  certificate: Uint8Array,
) {
  const content = validateCertificate(context.issuer, certificate);
  if (typeof content === 'string') return refuse(context, 'challenge', content);
  if (step !== state.step) return refuse(context, 'challenge', 'not-accepted');
  const bytes = randomBytes(CHALLENGE_BYTES);
  state.challenge = { step, bytes };
  writeLog(context, 'challenge', 'accepted');
  return { status: 'challenge', challenge: Uint8Array.from(bytes) } as const;
}

function identify(context: KioskContext, state: TransactionState, proof: CardProof) {
  const content = verifyProof(context, state, proof, 'identity');
  if (typeof content === 'string') return refuse(context, 'identify', content);
  state.identified = Uint8Array.from(proof.certificate);
  state.step = 'fetch';
  writeLog(context, 'identify', 'accepted');
  return { status: 'identified' } as const;
}

async function fetchAnswer(context: KioskContext, state: TransactionState, proof: CardProof) {
  const content = verifyProof(context, state, proof, 'fetch');
  if (typeof content === 'string') return refuse(context, 'fetch', content);
  const persona = context.issuer.personas.get(content.persona);
  if (persona === undefined) return refuse(context, 'fetch', 'not-accepted');
  state.step = 'provide';
  const body = resultBody(context, state.inquiries, persona);
  writeLog(context, 'fetch', 'accepted');
  const codes = state.inquiries.map(({ item }) => item.code);
  const result = await publicProfile.codec.decodeResult(replyOf(body), contextOf(codes));
  if (!('items' in result)) throw new TypeError('The sandbox has no answer.');
  return { status: 'fetched', result } as const;
}

function provide(context: KioskContext, state: TransactionState): void {
  const allowed = state.step === 'provide';
  state.step = 'over';
  writeLog(context, 'provide', allowed ? 'accepted' : 'refused');
  if (allowed) return;
  throw new SelfInfoError('sandbox_refused', {
    expected: { en: 'nothing was fetched.', ja: '取得した情報がありません。' },
  });
}

function discard(context: KioskContext, state: TransactionState): void {
  state.step = 'over';
  state.identified = undefined;
  writeLog(context, 'discard', 'accepted');
}

/**
 * Verifies a proof. A challenge counts once and only for its step. After the identity check only
 * the same card is accepted.
 */
function verifyProof(
  { issuer }: KioskContext,
  state: TransactionState,
  proof: CardProof,
  step: SigningStep,
): CertificateContent | CertificateRefusal {
  const given = state.challenge;
  state.challenge = undefined;
  const content = validateCertificate(issuer, proof.certificate);
  if (typeof content === 'string') return content;
  if (state.step !== step || given?.step !== step) return 'not-accepted';
  if (state.identified !== undefined && Buffer.compare(state.identified, proof.certificate) !== 0)
    return 'not-accepted';
  const der = Buffer.from(content.key, 'base64');
  const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
  return verify(null, given.bytes, key, proof.signature) ? content : 'not-accepted';
}

function resultBody(
  { issuer, calendar }: KioskContext,
  inquiries: readonly ItemInquiry[],
  persona: Persona,
): Record<string, unknown> {
  const { fields, processStatuses } = publicProfile;
  const now = issuer.clock.now();
  return {
    [fields.processId.value]: randomBytes(16).toString('hex'),
    [fields.processStatus.value]: processStatuses.done.value,
    [fields.selfPersonalData.value]: settleAnswer(inquiries, persona, calendar, now, publicProfile),
  };
}

function refuse(context: KioskContext, step: KioskLogEntry['step'], reason: CertificateRefusal) {
  writeLog(context, step, 'refused');
  return { status: 'refused', reason } as const;
}
