import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CardReaderBench, cardReaderSuite } from '../../src/conformance/index.js';
import {
  type CardReader,
  createSimulatedReader,
  type SimulatedReader,
} from '../../src/kiosk/index.js';
import { never, openMachine, PIN } from './kiosk.js';

const { kiosk } = openMachine();

/** Creates a bench operated by a program; `breakReader` breaks its reader. */
function benchOf(
  breakReader: (whole: SimulatedReader) => Partial<CardReader> = () => ({}),
  patienceMs?: number,
): CardReaderBench {
  let reader = createSimulatedReader({ takesAtOnce: false });
  return {
    create() {
      reader = createSimulatedReader({ takesAtOnce: false });
      return { ...reader, ...breakReader(reader) };
    },
    present: (card) =>
      reader.present(
        kiosk.card(
          card === 'second' ? 'taro-unfiled' : 'hanako',
          card === 'locked' ? 'locked' : 'good',
        ),
      ),
    pull: () => reader.pull(),
    take: () => reader.take(),
    pin: PIN,
    wrongPin: '0000',
    verify(certificate, challenge, signature) {
      const [content = ''] = Buffer.from(certificate).toString().split('.');
      const { key } = JSON.parse(Buffer.from(content, 'base64url').toString());
      return verify(
        null,
        challenge,
        createPublicKey({ key: Buffer.from(key, 'base64'), type: 'spki', format: 'der' }),
        signature,
      );
    },
    ...(patienceMs !== undefined && { patienceMs }),
  };
}

describe('the card reader suite', () => {
  for (const { title, run } of cardReaderSuite(benchOf())) it(`the simulated reader ${title}`, run);

  it('throws and names the method that the bench lacks', () => {
    expect(() =>
      cardReaderSuite({ ...benchOf(), pull: undefined } as unknown as CardReaderBench),
    ).toThrow(new TypeError('bench must have a method pull.'));
  });

  it('enters one wrong PIN at a time, so that it never locks a real card', async () => {
    const left: number[] = [];
    const breakReader = (whole: SimulatedReader): Partial<CardReader> => ({
      async sign(...given) {
        const made = await whole.sign(...given);
        if (made.status === 'wrong-pin') left.push(made.triesLeft);
        return made;
      },
    });
    for (const { run } of cardReaderSuite(benchOf(breakReader))) await run();
    expect(left.length).toBeGreaterThan(1);
    // Of three tries: the right PIN comes before the next wrong one.
    expect([...new Set(left)]).toEqual([2]);
  });

  /**
   * Broken readers, each with a case that must fail. A reader that hangs fails more cases, so the
   * bench has less patience with it.
   */
  const broken: readonly [
    name: string,
    breakReader: (whole: SimulatedReader) => Partial<CardReader>,
    found: string,
    patienceMs?: number,
  ][] = [
    [
      'still takes cards in after the signal aborted',
      (whole) => ({ insert: () => whole.insert(new AbortController().signal) }),
      'closes the slot when the signal aborts and then draws in no card',
      50,
    ],
    [
      'rejects but leaves the slot open',
      (whole) => ({
        insert: (signal) =>
          new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')));
            whole.insert(new AbortController().signal).then(resolve, reject);
          }),
      }),
      'closes the slot when the signal aborts and then draws in no card',
      50,
    ],
    [
      'opens the slot although the signal has aborted before',
      (whole) => ({
        insert: (signal) => (signal.aborted ? Promise.resolve() : whole.insert(signal)),
      }),
      'does not open the slot when the signal has already aborted',
    ],
    [
      'reads one certificate for every card',
      (whole) => ({
        readCertificate: async (signal) => ({
          ...(await whole.readCertificate(signal)),
          certificate: Uint8Array.of(1),
        }),
      }),
      'reads different certificates from two cards',
    ],
    [
      'reads another certificate each time',
      (whole) => ({
        readCertificate: async (signal) => ({
          ...(await whole.readCertificate(signal)),
          certificate: crypto.getRandomValues(new Uint8Array(8)),
        }),
      }),
      'draws a card in and reads the same certificate each time',
    ],
    [
      'signs other bytes than the challenge',
      (whole) => ({ sign: (_, pin, signal) => whole.sign(Uint8Array.of(9), pin, signal) }),
      'signs the given challenge with the key of the inserted card',
    ],
    [
      'does not count the tries',
      (whole) => ({
        readCertificate: async (signal) => ({
          ...(await whole.readCertificate(signal)),
          triesLeft: 3,
        }),
      }),
      'counts a wrong PIN and resets the count after the right PIN',
    ],
    [
      'signs with a remembered PIN',
      (whole) => {
        let right: string | undefined;
        return {
          async sign(challenge, pin, signal) {
            const made = await whole.sign(challenge, right ?? pin, signal);
            if (made.status === 'signed') right ??= pin;
            return made;
          },
        };
      },
      'checks the PIN each time, even after a right PIN',
    ],
    [
      'throws for a locked card',
      (whole) => ({
        async sign(challenge, pin, signal) {
          const made = await whole.sign(challenge, pin, signal);
          if (made.status === 'locked') throw new Error('blocked');
          return made;
        },
      }),
      'reports a locked card before and after a PIN',
    ],
    [
      'does not eject',
      () => ({ eject: async () => {} }),
      'has no card after it ejected one, and draws in the next',
    ],
    [
      'hangs when it ejects',
      () => ({ eject: () => never() }),
      'ejects without a card, and ejects twice',
      50,
    ],
    [
      'rejects when it ejects an empty slot',
      (whole) => ({
        async eject() {
          if (!whole.holds) throw new Error('empty');
          return whole.eject();
        },
      }),
      'ejects without a card, and ejects twice',
    ],
    [
      'does not notice whether the card was taken',
      () => ({ awaitTaken: async () => {} }),
      'waits at the slot until the ejected card is taken',
    ],
    [
      'waits for the citizen after the signal aborted',
      (whole) => ({ awaitTaken: () => whole.awaitTaken(new AbortController().signal) }),
      'stops waiting for the citizen when the signal aborts',
      50,
    ],
    [
      'leaves a forgotten card at the slot',
      () => ({ retract: async () => true }),
      'draws a forgotten card back in, and then offers it no more',
      50,
    ],
    [
      'reports a card that was taken as retracted',
      (whole) => ({
        async retract() {
          await whole.retract();
          return true;
        },
      }),
      'draws nothing in after the card was taken',
    ],
    [
      'never reports a removal',
      () => ({ onRemoved: () => () => {} }),
      'reports once that the card was pulled out, and then has no card',
    ],
    [
      'reports a removal twice',
      (whole) => ({
        onRemoved(listener) {
          const stops = [whole.onRemoved(listener), whole.onRemoved(listener)];
          return () => {
            for (const stop of stops) stop();
          };
        },
      }),
      'reports once that the card was pulled out, and then has no card',
    ],
    [
      'reports a card that it ejects as removed',
      (whole) => {
        const listeners = new Set<() => void>();
        return {
          onRemoved(listener) {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
          async eject() {
            for (const notify of listeners) notify();
            return whole.eject();
          },
        };
      },
      'does not report a card that it ejected itself',
    ],
    [
      'goes on calling a removed listener',
      (whole) => ({
        onRemoved(listener) {
          whole.onRemoved(listener);
          return () => {};
        },
      }),
      'does not report to a listener that has stopped, but to the others',
    ],
    [
      'throws an error that contains the PIN',
      (whole) => ({
        sign: (challenge, pin, signal) =>
          whole.sign(challenge, pin, signal).catch(() => {
            throw new Error(`VERIFY ${pin} failed`);
          }),
      }),
      'shows no PIN in its errors or when it is inspected',
    ],
  ];

  it.each(broken)('fails for a reader that %s', async (_, breakReader, found, patienceMs) => {
    const failed: string[] = [];
    for (const { title, run } of cardReaderSuite(benchOf(breakReader, patienceMs)))
      await run().catch(() => failed.push(title));
    expect(failed).toContain(found);
  });
});
