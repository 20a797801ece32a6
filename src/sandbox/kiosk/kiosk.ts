import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { type Calendar, createCalendar } from '../../calendar/calendar.js';
import { type Clock, systemClock } from '../../foundation/clock.js';
import { SelfInfoError } from '../../foundation/errors.js';
import { checkKeys, checkMethods, checkText } from '../../foundation/options.js';
import { DAY_MS } from '../../foundation/time.js';
import type { KioskAuthorizer } from '../../kiosk/authorizer.js';
import { publicProfile } from '../../wire/profile.js';
import { personas as builtIn } from '../personas/built-in.js';
import { checkPersonas, type Persona } from '../personas/persona.js';
import { type Asked, settleAnswer } from '../portal/answers.js';
import { readInquiries } from '../portal/inquiries.js';
import { Refusal } from '../portal/refusals.js';
import { Problems } from '../problems.js';
import { type Client, checkRegistrations, type Registration } from '../registrations.js';

type Request = Parameters<KioskAuthorizer['begin']>[0];
type Transaction = Awaited<ReturnType<KioskAuthorizer['begin']>>;
type Proof = Parameters<Transaction['identify']>[0];

/** What is wrong with a card. */
export type CardCondition = 'good' | 'locked' | 'expired' | 'revoked';

/** How a sandbox's kiosk edition is made. */
export interface SandboxKioskOptions {
  /** The services it knows, at least one; redirect URIs mean nothing here. */
  readonly registrations: readonly Registration[];
  /** The citizens it knows, instead of the built-in `personas`. */
  readonly personas?: readonly Persona[];
  /** Certificates expire by it, and servers are open or closed by it. Default: the machine's. */
  readonly clock?: Clock;
  /** When servers run. Default: the guideline's table. */
  readonly calendar?: Calendar;
}

/**
 * A citizen's invented card, for `createSimulatedReader` of `myna-selfinfo/kiosk`. It shows neither
 * PIN nor key.
 */
export interface SandboxCard {
  /** The certificate, and how many wrong PINs it still takes. */
  read(): { readonly certificate: Uint8Array; readonly triesLeft: number };
  /** Signs by the key on the card, or counts a wrong PIN: the third in a row locks it. */
  sign(
    challenge: Uint8Array,
    pin: string,
  ):
    | { readonly status: 'signed'; readonly signature: Uint8Array }
    | { readonly status: 'wrong-pin'; readonly triesLeft: number }
    | { readonly status: 'locked' };
}

/** What a sandbox's kiosk edition did at a step, without anything secret or personal. */
export interface KioskLogEntry {
  readonly step: 'begin' | 'challenge' | 'identify' | 'fetch' | 'provide' | 'discard';
  readonly outcome: 'accepted' | 'refused';
}

/** An imitation of the kiosk edition, and the cards that go with it. */
export interface SandboxKiosk {
  readonly authorizer: KioskAuthorizer;
  /**
   * Issues a card to a persona.
   *
   * @param persona - the id.
   * @param condition - what is wrong with it. Default: what the persona says.
   * @throws SelfInfoError `invalid_option` for an unknown persona or condition.
   */
  card(persona: string, condition?: CardCondition): SandboxCard;
  /** What happened, oldest first. */
  readonly log: readonly KioskLogEntry[];
}

const TRIES = 3;
const CONDITIONS: readonly unknown[] = [
  'good',
  'locked',
  'expired',
  'revoked',
] satisfies CardCondition[];
const CHALLENGE_BYTES = 32;
const CARD_LIFE_MS = 5 * 365 * DAY_MS;

/** What stands in an invented certificate; the bytes are its JSON and the issuer's signature. */
interface Content {
  readonly serial: string;
  readonly persona: string;
  readonly notAfter: number;
  /** DER, base64. */
  readonly key: string;
}

/**
 * Makes an imitation of the kiosk edition that lives in the process: it judges cards as strictly as
 * it can, and fetches what the personas hold.
 *
 * The real kiosk edition is not public. The certificates are no X.509: whatever reads real ones is
 * tested with real ones.
 *
 * @param options - registrations, personas, clock, calendar.
 * @throws SelfInfoError `unknown_option`, `missing_option`, `invalid_option`, `invalid_credential`,
 * `unknown_detail`, `unknown_server`, `not_a_holder`, `latest_not_declared`, naming the option;
 * TypeError for a wrong type.
 * @example
 * ```ts
 * import { createVirtualClock, defineService, latest } from 'myna-selfinfo';
 * import { createKioskSession, createSimulatedReader } from 'myna-selfinfo/kiosk';
 * import { createSandboxKiosk } from 'myna-selfinfo/sandbox';
 * const service = defineService({
 *   name: '住宅ローンサービスへの所得情報の提出',
 *   purpose: { id: 'housing-loan', text: '住宅ローンの審査のため' },
 *   retention: { days: 30 },
 *   items: { income: { detail: 'local-tax', inquiries: ['latest'], latestBy: '課税年度' } },
 * });
 * const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
 * const kiosk = createSandboxKiosk({ registrations: [{ clientId: 'SP12345678_AB1234', redirectUris: ['https://loan.example/callback'], service }], clock });
 * const reader = createSimulatedReader();
 * reader.present(kiosk.card('hanako'));
 * const services = [{ id: 'SP12345678_AB1234', service, inquiry: latest() }];
 * const session = createKioskSession({ services, authorizer: kiosk.authorizer, reader, clock });
 * ```
 */
export function createSandboxKiosk(options: SandboxKioskOptions): SandboxKiosk {
  checkKeys(options, 'options', {
    registrations: true,
    personas: true,
    clock: true,
    calendar: true,
  });
  const problems = new Problems();
  const clients = checkRegistrations(options.registrations, 'options.registrations', problems);
  const personas = checkPersonas(options.personas ?? builtIn, 'options.personas', problems);
  const { clock = systemClock, calendar = createCalendar() } = options;
  problems.check(() => checkMethods(clock, 'options.clock', ['now', 'wait']));
  problems.check(() => checkMethods(calendar, 'options.calendar', ['status']));
  problems.throwIfAny();
  const issuer = generateKeyPairSync('ed25519');
  const revoked = new Set<string>();
  const log: KioskLogEntry[] = [];

  function write(step: KioskLogEntry['step'], outcome: KioskLogEntry['outcome']): void {
    log.push(Object.freeze({ step, outcome }));
  }

  /** What a certificate says, once it is one of ours and may be used. */
  function judge(certificate: Uint8Array): Content | 'expired' | 'revoked' | 'not-accepted' {
    const content = open(certificate, issuer.publicKey);
    if (content === undefined) return 'not-accepted';
    if (revoked.has(content.serial)) return 'revoked';
    return content.notAfter <= clock.now() ? 'expired' : content;
  }

  function card(persona: string, condition?: CardCondition): SandboxCard {
    checkText(persona, 'persona');
    const citizen = personas.get(persona);
    if (citizen === undefined) {
      const known = [...personas.keys()].join(', ');
      throw new SelfInfoError('invalid_option', {
        path: 'persona',
        expected: { en: `One of ${known}.`, ja: `${known} のいずれかです。` },
      });
    }
    const state = condition ?? citizen.card ?? 'good';
    if (!CONDITIONS.includes(state)) {
      throw new SelfInfoError('invalid_option', {
        path: 'condition',
        expected: {
          en: `One of ${CONDITIONS.join(', ')}.`,
          ja: `${CONDITIONS.join('、')} のいずれかです。`,
        },
      });
    }
    const keys = generateKeyPairSync('ed25519');
    const serial = randomBytes(16).toString('hex');
    if (state === 'revoked') revoked.add(serial);
    const notAfter = clock.now() + (state === 'expired' ? -DAY_MS : CARD_LIFE_MS);
    const key = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const certificate = seal({ serial, persona, notAfter, key }, issuer.privateKey);
    let triesLeft = state === 'locked' ? 0 : TRIES;
    return {
      read: () => ({ certificate: Uint8Array.from(certificate), triesLeft }),
      sign(challenge, pin) {
        if (triesLeft === 0) return { status: 'locked' };
        if (pin === citizen.pin) {
          triesLeft = TRIES;
          return { status: 'signed', signature: sign(null, challenge, keys.privateKey) };
        }
        triesLeft--;
        return triesLeft === 0 ? { status: 'locked' } : { status: 'wrong-pin', triesLeft };
      },
    };
  }

  async function begin(request: Request): Promise<Transaction> {
    const client = clients.get(request.serviceId);
    const asked = client && readRequest(request, client);
    write('begin', asked ? 'accepted' : 'refused');
    if (asked === undefined) {
      throw new SelfInfoError('sandbox_refused', {
        expected: {
          en: 'this service may not ask this.',
          ja: 'このサービスにこの照会は登録されていません。',
        },
      });
    }
    return openTransaction(asked);
  }

  function openTransaction(asked: readonly Asked[]): Transaction {
    let step: 'identity' | 'fetch' | 'provide' | 'over' = 'identity';
    let challenged: { readonly step: 'identity' | 'fetch'; readonly bytes: Uint8Array } | undefined;
    let identified: Uint8Array | undefined;

    /**
     * A challenge counts once, for the step it was made for, and after the identity check for that
     * card only.
     */
    function check(
      proof: Proof,
      expected: 'identity' | 'fetch',
    ): Content | 'expired' | 'revoked' | 'not-accepted' {
      const given = challenged;
      challenged = undefined;
      const content = judge(proof.certificate);
      if (typeof content === 'string') return content;
      if (step !== expected || given?.step !== expected) return 'not-accepted';
      if (identified !== undefined && Buffer.compare(identified, proof.certificate) !== 0)
        return 'not-accepted';
      const key = createPublicKey({
        key: Buffer.from(content.key, 'base64'),
        type: 'spki',
        format: 'der',
      });
      return verify(null, given.bytes, key, proof.signature) ? content : 'not-accepted';
    }

    function refused(at: KioskLogEntry['step'], reason: 'expired' | 'revoked' | 'not-accepted') {
      write(at, 'refused');
      return { status: 'refused', reason } as const;
    }

    return {
      async challenge(wanted, certificate) {
        const content = judge(certificate);
        if (typeof content === 'string') return refused('challenge', content);
        if (wanted !== step) return refused('challenge', 'not-accepted');
        challenged = { step: wanted, bytes: randomBytes(CHALLENGE_BYTES) };
        write('challenge', 'accepted');
        return { status: 'challenge', challenge: Uint8Array.from(challenged.bytes) };
      },
      async identify(proof) {
        const content = check(proof, 'identity');
        if (typeof content === 'string') return refused('identify', content);
        identified = Uint8Array.from(proof.certificate);
        step = 'fetch';
        write('identify', 'accepted');
        return { status: 'identified' };
      },
      async fetch(proof) {
        const content = check(proof, 'fetch');
        const persona = typeof content === 'string' ? undefined : personas.get(content.persona);
        if (typeof content === 'string' || persona === undefined)
          return refused('fetch', typeof content === 'string' ? content : 'not-accepted');
        step = 'provide';
        const { fields, processStatuses } = publicProfile;
        const body = {
          [fields.processId.value]: randomBytes(16).toString('hex'),
          [fields.processStatus.value]: processStatuses.done.value,
          [fields.selfPersonalData.value]: settleAnswer(
            asked,
            persona,
            calendar,
            clock.now(),
            publicProfile,
          ),
        };
        write('fetch', 'accepted');
        return {
          status: 'fetched',
          result: await publicProfile.decodeResult(structuredClone(body), publicProfile),
        };
      },
      async provide() {
        const allowed = step === 'provide';
        step = 'over';
        write('provide', allowed ? 'accepted' : 'refused');
        if (!allowed)
          throw new SelfInfoError('sandbox_refused', {
            expected: { en: 'nothing was fetched.', ja: '取得した情報がありません。' },
          });
      },
      async discard() {
        step = 'over';
        identified = undefined;
        write('discard', 'accepted');
      },
    };
  }

  return { authorizer: { begin }, card, log };
}

/** What is asked, undefined when it is not registered. */
function readRequest({ items }: Request, client: Client): readonly Asked[] | undefined {
  try {
    return readInquiries(
      publicProfile.encodeRequest({ items }, publicProfile),
      client,
      publicProfile,
    );
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function seal(content: Content, key: KeyObject): Uint8Array {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return Buffer.from(`${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`);
}

function open(certificate: Uint8Array, key: KeyObject): Content | undefined {
  const [text = '', signature = ''] = Buffer.from(certificate).toString('latin1').split('.');
  if (!verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Content;
}
