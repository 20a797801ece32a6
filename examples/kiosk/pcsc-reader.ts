// 例: PC/SC のカードリーダを CardReader として接続する。ネイティブの依存を持たないように、使う PC/SC の呼び出しだけを型にしている。
// コマンドは公開されている実装で知られたもので、公的個人認証の仕様書では確かめていない。実機に接続する前に仕様書と照合すること。
import { createHash } from 'node:crypto';
import type { CardCertificate, CardReader, CardSignature } from 'myna-selfinfo/kiosk';

/** A card that is connected: SCardTransmit and SCardDisconnect. */
export interface PcscCard {
  /** Sends a command and gives the response with its two status bytes. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** `3` is SCARD_EJECT_CARD: resolves once the card is out. */
  disconnect(disposition: 3): Promise<void>;
}

/** A slot that draws the card in. How it opens is the device's own business, not PC/SC's. */
export interface PcscSlot {
  /**
   * Opens the slot, waits for a card by SCardGetStatusChange and connects to it; shuts the slot and
   * rejects when the signal aborts.
   */
  connect(signal: AbortSignal): Promise<PcscCard>;
  /** Tells of the state SCARD_STATE_EMPTY that no SCARD_EJECT_CARD led to. */
  onEmpty(listener: () => void): () => void;
}

const selectApplication = [
  0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const selectFile = (id: number) => [0x00, 0xa4, 0x02, 0x0c, 0x02, id >> 8, id & 0xff];
/** The certificate for user authentication, its key, and the PIN of that key. */
const files = { certificate: 0x000a, key: 0x0017, pin: 0x0018 };
const BLOCK = 256;
/** DigestInfo of SHA-256 without the digest (RFC 8017, 9.2). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

interface Response {
  readonly data: Uint8Array;
  readonly status: number;
}

/**
 * Attaches a slot with a card reader of PC/SC.
 *
 * @param slot - the device.
 */
export function createPcscReader(slot: PcscSlot): CardReader {
  let inside: PcscCard | undefined;
  const listeners = new Set<{ readonly tell: () => void }>();
  slot.onEmpty(() => {
    if (inside === undefined) return;
    inside = undefined;
    for (const { tell } of [...listeners]) tell();
  });

  async function send(command: readonly number[]): Promise<Response> {
    if (inside === undefined) throw new Error('There is no card inside.');
    const response = await inside.transmit(Uint8Array.from(command));
    const [high = 0, low = 0] = response.subarray(-2);
    return { data: response.subarray(0, -2), status: high * 256 + low };
  }

  async function must(command: readonly number[]): Promise<Uint8Array> {
    const { data, status } = await send(command);
    // The status says enough: the command may hold a PIN.
    if (status !== 0x9000) throw new Error(`The card answered ${status.toString(16)}.`);
    return data;
  }

  /** VERIFY without a PIN tells how many tries are left. */
  async function readTries(): Promise<number> {
    await must(selectApplication);
    await must(selectFile(files.pin));
    return triesOf((await send([0x00, 0x20, 0x00, 0x80])).status);
  }

  async function readFile(): Promise<Uint8Array> {
    await must(selectFile(files.certificate));
    // Its first bytes say how long it is: 30 82 and two bytes of length.
    const head = await must([0x00, 0xb0, 0x00, 0x00, 0x04]);
    const length = 4 + (head[2] ?? 0) * 256 + (head[3] ?? 0);
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < length; at += BLOCK)
      blocks.push(
        await must([0x00, 0xb0, at >> 8, at & 0xff, Math.min(BLOCK, length - at) & 0xff]),
      );
    return Buffer.concat(blocks);
  }

  return {
    async insert(signal) {
      signal.throwIfAborted();
      inside = await slot.connect(signal);
    },
    async readCertificate(): Promise<CardCertificate> {
      const triesLeft = await readTries();
      return { certificate: await readFile(), triesLeft };
    },
    async sign(challenge, pin): Promise<CardSignature> {
      await must(selectApplication);
      await must(selectFile(files.pin));
      const { status } = await send([
        0x00,
        0x20,
        0x00,
        0x80,
        pin.length,
        ...Buffer.from(pin, 'ascii'),
      ]);
      if (status !== 0x9000) {
        const triesLeft = triesOf(status);
        return triesLeft === 0 ? { status: 'locked' } : { status: 'wrong-pin', triesLeft };
      }
      await must(selectFile(files.key));
      const input = [...digestInfo, ...createHash('sha256').update(challenge).digest()];
      return {
        status: 'signed',
        signature: await must([0x80, 0x2a, 0x00, 0x80, input.length, ...input, 0x00]),
      };
    },
    async eject() {
      const card = inside;
      inside = undefined;
      await card?.disconnect(3);
    },
    onRemoved(tell) {
      const listener = { tell };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** 63Cx: x tries are left; 6983 and 6984: locked. */
function triesOf(status: number): number {
  if (status >> 4 === 0x63c) return status & 0xf;
  if (status === 0x6983 || status === 0x6984) return 0;
  throw new Error(`The card answered ${status.toString(16)}.`);
}
