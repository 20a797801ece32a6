import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  verify,
} from 'node:crypto';
import { describe, it } from 'vitest';
import {
  createPcscReader,
  type PcscCard,
  type PcscSlot,
} from '../../examples/kiosk/pcsc-reader.js';
import { type CardReaderBench, cardReaderSuite } from '../../src/conformance/index.js';
import { PIN } from './kiosk.js';

/**
 * Creates a chip that knows only the commands of the example. Its "certificate" is a DER sequence
 * that contains the public key.
 */
function createChip(tries: number) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const certificate = Buffer.concat([
    Buffer.from([0x30, 0x82, key.length >> 8, key.length & 0xff]),
    key,
  ]);
  let left = tries;
  let file = 0;
  let verified = false;
  const ok = (data: Uint8Array = new Uint8Array()) =>
    Buffer.concat([data, Buffer.from([0x90, 0x00])]);
  const fails = (status: number) => Buffer.from([status >> 8, status & 0xff]);
  const retries = () => fails(left === 0 ? 0x6983 : 0x63c0 + left);

  function answer(command: Buffer): Buffer {
    const [header, high, low, length] = [
      command.readUInt16BE(0),
      command[2] ?? 0,
      command[3] ?? 0,
      command[4],
    ];
    const data = command.subarray(5, 5 + (length ?? 0));
    if (header === 0x00a4 && high === 4) {
      verified = false;
      return data.toString('hex') === 'd392f000260100000001' ? ok() : fails(0x6a82);
    }
    if (header === 0x00a4) {
      file = data.readUInt16BE(0);
      return ok();
    }
    if (header === 0x00b0 && file === 0x0a) {
      const at = high * 256 + low;
      return ok(certificate.subarray(at, at + (length === 0 ? 256 : (length ?? 0))));
    }
    if (header === 0x0020 && file === 0x18) {
      if (length === undefined || left === 0) return retries();
      verified = data.toString() === PIN;
      left = verified ? tries : left - 1;
      return verified ? ok() : retries();
    }
    if (header === 0x802a && file === 0x17 && verified) {
      verified = false;
      return ok(privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, data));
    }
    return fails(0x6985);
  }
  return { transmit: async (command: Uint8Array) => answer(Buffer.from(command)) };
}
type Chip = ReturnType<typeof createChip>;

const chips = { first: createChip(3), second: createChip(3), locked: createChip(0) };

/** Creates a device that draws cards in, as PC/SC presents it. */
function createDevice() {
  let atSlot: Chip | undefined;
  let inside: Chip | undefined;
  let open: (() => void) | undefined;
  let isOffered = false;
  const waiting = new Set<() => void>();
  function take() {
    const wasOffered = isOffered;
    isOffered = false;
    for (const notify of waiting) notify();
    return wasOffered;
  }
  const listeners = new Set<() => void>();
  function drawIn() {
    if (open === undefined || atSlot === undefined) return;
    inside = atSlot;
    atSlot = undefined;
    open();
  }
  const slot: PcscSlot = {
    connect: (signal) =>
      new Promise<PcscCard>((resolve, reject) => {
        open = () => {
          open = undefined;
          const held = inside;
          resolve({
            transmit: (command) =>
              held !== undefined && held === inside
                ? held.transmit(command)
                : Promise.reject(new Error('SCARD_W_REMOVED_CARD')),
            async disconnect() {
              inside = undefined;
              isOffered = true;
            },
          });
        };
        signal.addEventListener('abort', () => {
          open = undefined;
          reject(new Error('SCARD_E_CANCELLED'));
        });
        drawIn();
      }),
    onEmpty(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    awaitTaken: (signal) =>
      new Promise((resolve, reject) => {
        if (!isOffered) return resolve();
        waiting.add(resolve);
        signal.addEventListener('abort', () => reject(new Error('SCARD_E_CANCELLED')));
      }),
    retract: async () => take(),
  };
  return {
    slot,
    take,
    present(chip: Chip) {
      atSlot = chip;
      drawIn();
    },
    pull() {
      inside = undefined;
      for (const notify of listeners) notify();
    },
  };
}

describe('the PC/SC example over an invented chip', () => {
  let device = createDevice();
  const bench: CardReaderBench = {
    create() {
      device = createDevice();
      return createPcscReader(device.slot);
    },
    present: (card) => device.present(chips[card]),
    pull: () => device.pull(),
    take: () => void device.take(),
    pin: PIN,
    wrongPin: '0000',
    verify: (certificate, challenge, signature) =>
      verify(
        'sha256',
        challenge,
        createPublicKey({ key: Buffer.from(certificate).subarray(4), type: 'spki', format: 'der' }),
        signature,
      ),
  };
  for (const { title, run } of cardReaderSuite(bench)) it(title, run);
});
