// 例: PC/SC のカードリーダを CardReader として接続する。ネイティブの依存を持たないように、使う PC/SC の呼び出しだけを型にしている。
// コマンドは、公開されている実装による。公的個人認証の仕様書とは照合していないので、実機に接続する前に照合すること。
import { createHash } from 'node:crypto';
import type { CardReader, CardSignature } from 'myna-selfinfo/kiosk';

/** A connected card: SCardTransmit and SCardDisconnect. */
export interface PcscCard {
  /** Sends a command. Resolves to the response, whose last two bytes are the status. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** `3` is SCARD_EJECT_CARD. Resolves once the card is at the slot. */
  disconnect(disposition: 3): Promise<void>;
}

/** A slot that draws the card in. How it opens depends on the device, not on PC/SC. */
export interface PcscSlot {
  /**
   * Opens the slot, waits for a card by SCardGetStatusChange and connects to it. Shuts the slot
   * and rejects when the signal aborts.
   */
  connect(signal: AbortSignal): Promise<PcscCard>;
  /** Reports SCARD_STATE_EMPTY, unless SCARD_EJECT_CARD led to it. */
  onEmpty(listener: () => void): () => void;
  /** Resolves once no ejected card is at the slot. Rejects when the signal aborts. */
  awaitTaken(signal: AbortSignal): Promise<void>;
  /** Draws an ejected card in and keeps it. Resolves to whether there was one. */
  retract(): Promise<boolean>;
}

const selectApplication = [
  0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const selectFile = (id: number) => [0x00, 0xa4, 0x02, 0x0c, 0x02, id >> 8, id & 0xff];
const verifyPin = [0x00, 0x20, 0x00, 0x80];
/** The certificate for user authentication, its key, and the PIN of that key. */
const files = { certificate: 0x000a, key: 0x0017, pin: 0x0018 };
const OK = 0x9000;
const BLOCK = 256;
/** DigestInfo of SHA-256 without the digest (RFC 8017, 9.2). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

interface Response {
  readonly data: Uint8Array;
  readonly status: number;
}

/** Sends a command to the card in the slot. */
type Send = (command: readonly number[]) => Promise<Response>;

/**
 * Attaches a slot with a card reader of PC/SC.
 *
 * @param slot - the device.
 */
export function createPcscReader(slot: PcscSlot): CardReader {
  let card: PcscCard | undefined;
  // Objects, so that the same function may listen twice.
  const listeners = new Set<{ readonly onRemoved: () => void }>();
  slot.onEmpty(() => {
    if (card === undefined) return;
    card = undefined;
    for (const { onRemoved } of [...listeners]) onRemoved();
  });

  async function send(command: readonly number[]): Promise<Response> {
    if (card === undefined) throw new Error('There is no card in the slot.');
    const response = await card.transmit(Uint8Array.from(command));
    const [high = 0, low = 0] = response.subarray(-2);
    return { data: response.subarray(0, -2), status: high * 256 + low };
  }

  return {
    async insert(signal) {
      signal.throwIfAborted();
      card = await slot.connect(signal);
    },
    async readCertificate() {
      const triesLeft = await readTries(send);
      return { certificate: await readFile(send), triesLeft };
    },
    sign: (challenge, pin) => sign(send, challenge, pin),
    async eject() {
      const ejected = card;
      card = undefined;
      await ejected?.disconnect(3);
    },
    awaitTaken: (signal) => slot.awaitTaken(signal),
    retract: () => slot.retract(),
    onRemoved(onRemoved) {
      const listener = { onRemoved };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** Sends a command that must succeed. Returns the data. */
async function mustSend(send: Send, command: readonly number[]): Promise<Uint8Array> {
  const { data, status } = await send(command);
  // Name only the status: the command may hold a PIN.
  if (status !== OK) throw new Error(`The card returned status ${status.toString(16)}.`);
  return data;
}

/** Reads how many tries of the PIN are left: VERIFY without a PIN returns it. */
async function readTries(send: Send): Promise<number> {
  await mustSend(send, selectApplication);
  await mustSend(send, selectFile(files.pin));
  return triesOf((await send(verifyPin)).status);
}

async function readFile(send: Send): Promise<Uint8Array> {
  await mustSend(send, selectFile(files.certificate));
  // The file starts with its length: 30 82 and two bytes.
  const head = await mustSend(send, [0x00, 0xb0, 0x00, 0x00, 0x04]);
  const length = 4 + (head[2] ?? 0) * 256 + (head[3] ?? 0);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < length; at += BLOCK) {
    const size = Math.min(BLOCK, length - at) & 0xff;
    blocks.push(await mustSend(send, [0x00, 0xb0, at >> 8, at & 0xff, size]));
  }
  return Buffer.concat(blocks);
}

async function sign(send: Send, challenge: Uint8Array, pin: string): Promise<CardSignature> {
  await mustSend(send, selectApplication);
  await mustSend(send, selectFile(files.pin));
  const { status } = await send([...verifyPin, pin.length, ...Buffer.from(pin, 'ascii')]);
  if (status !== OK) {
    const triesLeft = triesOf(status);
    return triesLeft === 0 ? { status: 'locked' } : { status: 'wrong-pin', triesLeft };
  }
  await mustSend(send, selectFile(files.key));
  const input = [...digestInfo, ...createHash('sha256').update(challenge).digest()];
  const computeSignature = [0x80, 0x2a, 0x00, 0x80, input.length, ...input, 0x00];
  return { status: 'signed', signature: await mustSend(send, computeSignature) };
}

/** Reads the tries left from a status. 63Cx: x are left. 6983 and 6984: locked. */
function triesOf(status: number): number {
  if (status >> 4 === 0x63c) return status & 0xf;
  if (status === 0x6983 || status === 0x6984) return 0;
  throw new Error(`The card returned status ${status.toString(16)}.`);
}
