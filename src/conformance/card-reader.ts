import { deepStrictEqual, notDeepStrictEqual, ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { systemClock } from '../foundation/clock.js';
import { deadline } from '../foundation/deadline.js';
import { checkMethods } from '../foundation/options.js';
import type { CardReader } from '../kiosk/reader.js';
import type { ConformanceCase } from './case.js';

/** The reader to test, and what moves cards at its slot: a robot, or a person on request. */
export interface CardReaderBench {
  /**
   * Returns the reader with an empty slot. The suite calls it once per case; it may return the same
   * reader every time.
   */
  create(): CardReader | Promise<CardReader>;
  /**
   * Holds a test card at the slot, so that the reader draws it in as soon as the slot is open: one
   * of two different cards, or a locked one.
   */
  present(card: 'first' | 'second' | 'locked'): void | Promise<void>;
  /** Pulls the inserted card out by force. */
  pull(): void | Promise<void>;
  /** Takes the ejected card at the slot, if there is one. */
  take(): void | Promise<void>;
  /** The PIN of the first and the second card. */
  readonly pin: string;
  /** Four digits that are not the PIN. The first card must accept one wrong try. */
  readonly wrongPin: string;
  /** Returns whether the key of a certificate made a signature over a challenge. */
  verify(
    certificate: Uint8Array,
    challenge: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean>;
  /** Milliseconds of the system clock within which each call must settle. Default: 30,000. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;
const challengeOf = (byte: number) => new Uint8Array(32).fill(byte);

/** One case with its reader, whose calls must settle in time. */
class Trial {
  readonly reader: CardReader;
  readonly #bench: CardReaderBench;
  readonly #running = new AbortController();

  constructor(reader: CardReader, bench: CardReaderBench) {
    this.reader = reader;
    this.#bench = bench;
  }

  get signal(): AbortSignal {
    return this.#running.signal;
  }

  async within<T>(what: string, call: T | Promise<T>): Promise<T> {
    const fail = () => new Error(`${what} did not settle in time`);
    const { patienceMs = PATIENCE_MS } = this.#bench;
    // The call is already running, so it gets a chance to settle with any patience.
    const limitMs = patienceMs >= 1 ? patienceMs : 1;
    return deadline(
      { clock: systemClock, limitMs, timedOut: fail, aborted: fail },
      async () => call,
    );
  }

  async draw(card: 'first' | 'second' | 'locked'): Promise<void> {
    const drawn = this.reader.insert(this.signal);
    drawn.catch(() => {});
    await this.#bench.present(card);
    await this.within('insert', drawn);
  }

  read = () => this.within('readCertificate', this.reader.readCertificate(this.signal));
  sign = (challenge: Uint8Array, pin: string) =>
    this.within('sign', this.reader.sign(challenge, pin, this.signal));
  /** Ejects the card and leaves it at the slot. */
  offer = () => this.within('eject', this.reader.eject());
  awaitTaken = () => this.within('awaitTaken', this.reader.awaitTaken(this.signal));
  retract = () => this.within('retract', this.reader.retract());
  /** Ejects the card and has it taken. */
  async eject(): Promise<void> {
    await this.offer();
    await this.#bench.take();
    await this.awaitTaken();
  }

  async refuses(what: string, call: Promise<unknown>): Promise<void> {
    const settled = call.then(
      () => false,
      () => true,
    );
    ok(await this.within(what, settled), `${what} must reject`);
  }

  async clear(): Promise<void> {
    this.#running.abort();
    await this.offer();
    await this.#bench.take();
  }
}

const cases: Readonly<Record<string, (trial: Trial, bench: CardReaderBench) => Promise<void>>> = {
  async 'draws a card in and reads the same certificate each time'(trial) {
    await trial.draw('first');
    const { certificate, triesLeft } = await trial.read();
    ok(
      certificate instanceof Uint8Array && certificate.length > 0,
      'the certificate must be bytes',
    );
    ok(
      Number.isSafeInteger(triesLeft) && triesLeft > 0,
      'the remaining tries must be a whole number',
    );
    deepStrictEqual(await trial.read(), { certificate, triesLeft });
  },
  async 'reads different certificates from two cards'(trial) {
    await trial.draw('first');
    const first = await trial.read();
    await trial.eject();
    await trial.draw('second');
    notDeepStrictEqual((await trial.read()).certificate, first.certificate);
  },
  async 'signs the given challenge with the key of the inserted card'(trial, bench) {
    await trial.draw('first');
    const { certificate } = await trial.read();
    for (const byte of [1, 2]) {
      const signed = await trial.sign(challengeOf(byte), bench.pin);
      ok(signed.status === 'signed', 'the right PIN must sign');
      ok(
        await bench.verify(certificate, challengeOf(byte), signed.signature),
        'the signature must fit the challenge',
      );
      ok(
        !(await bench.verify(certificate, challengeOf(3), signed.signature)),
        'the signature must fit no other challenge',
      );
    }
  },
  async 'counts a wrong PIN and resets the count after the right PIN'(trial, bench) {
    await trial.draw('first');
    const { triesLeft } = await trial.read();
    deepStrictEqual(await trial.sign(challengeOf(1), bench.wrongPin), {
      status: 'wrong-pin',
      triesLeft: triesLeft - 1,
    });
    deepStrictEqual((await trial.read()).triesLeft, triesLeft - 1);
    deepStrictEqual((await trial.sign(challengeOf(1), bench.pin)).status, 'signed');
    deepStrictEqual((await trial.read()).triesLeft, triesLeft);
  },
  async 'checks the PIN each time, even after a right PIN'(trial, bench) {
    await trial.draw('first');
    deepStrictEqual((await trial.sign(challengeOf(1), bench.pin)).status, 'signed');
    deepStrictEqual((await trial.sign(challengeOf(2), bench.wrongPin)).status, 'wrong-pin');
    deepStrictEqual((await trial.sign(challengeOf(2), bench.pin)).status, 'signed');
  },
  async 'reports a locked card before and after a PIN'(trial, bench) {
    await trial.draw('locked');
    deepStrictEqual((await trial.read()).triesLeft, 0);
    deepStrictEqual(await trial.sign(challengeOf(1), bench.pin), { status: 'locked' });
  },
  async 'closes the slot when the signal aborts and then draws in no card'(trial, bench) {
    const cancelled = new AbortController();
    const drawn = trial.reader.insert(cancelled.signal);
    drawn.catch(() => {});
    cancelled.abort();
    await trial.refuses('insert', drawn);
    await bench.present('first');
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
  },
  async 'does not open the slot when the signal has already aborted'(trial) {
    await trial.refuses('insert', trial.reader.insert(AbortSignal.abort()));
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
  },
  async 'ejects without a card, and ejects twice'(trial) {
    await trial.eject();
    await trial.draw('first');
    await trial.eject();
    await trial.eject();
  },
  async 'waits at the slot until the ejected card is taken'(trial, bench) {
    await trial.draw('first');
    await trial.offer();
    let isTaken = false;
    const taken = trial.reader.awaitTaken(trial.signal).then(() => {
      isTaken = true;
    });
    taken.catch(() => {});
    // A reader that does not see the card resolves by now.
    await new Promise((resolve) => setImmediate(resolve));
    ok(!isTaken, 'awaitTaken must not resolve while the card is at the slot');
    await bench.take();
    await trial.within('awaitTaken', taken);
  },
  async 'stops waiting for the citizen when the signal aborts'(trial) {
    await trial.draw('first');
    await trial.offer();
    const cancelled = new AbortController();
    const taken = trial.reader.awaitTaken(cancelled.signal);
    taken.catch(() => {});
    cancelled.abort();
    await trial.refuses('awaitTaken', taken);
  },
  async 'draws a forgotten card back in, and then offers it no more'(trial, bench) {
    await trial.draw('first');
    await trial.offer();
    deepStrictEqual(await trial.retract(), true);
    await trial.awaitTaken();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    await bench.take();
  },
  async 'draws nothing in after the card was taken'(trial) {
    await trial.draw('first');
    await trial.eject();
    deepStrictEqual(await trial.retract(), false);
  },
  async 'has no card after it ejected one, and draws in the next'(trial, bench) {
    await trial.draw('first');
    await trial.eject();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    await trial.refuses('sign', trial.reader.sign(challengeOf(1), bench.pin, trial.signal));
    await trial.draw('second');
    await trial.read();
  },
  async 'reports once that the card was pulled out, and then has no card'(trial, bench) {
    let reported = 0;
    const stop = trial.reader.onRemoved(() => reported++);
    await trial.draw('first');
    deepStrictEqual(reported, 0);
    await bench.pull();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    await trial.refuses('sign', trial.reader.sign(challengeOf(1), bench.pin, trial.signal));
    deepStrictEqual(reported, 1);
    stop();
  },
  async 'does not report a card that it ejected itself'(trial) {
    let reported = 0;
    const stop = trial.reader.onRemoved(() => reported++);
    await trial.draw('first');
    await trial.eject();
    deepStrictEqual(reported, 0);
    stop();
  },
  async 'does not report to a listener that has stopped, but to the others'(trial, bench) {
    const reported: string[] = [];
    const stopFirst = trial.reader.onRemoved(() => reported.push('first'));
    const stopSecond = trial.reader.onRemoved(() => reported.push('second'));
    stopFirst();
    await trial.draw('first');
    await bench.pull();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    deepStrictEqual(reported, ['second']);
    stopSecond();
  },
  async 'shows no PIN in its errors or when it is inspected'(trial, bench) {
    await trial.draw('first');
    await trial.sign(challengeOf(1), bench.pin);
    const shown = inspect(trial.reader, { depth: 10, showHidden: true });
    await trial.eject();
    const thrown = await trial
      .within('sign', trial.reader.sign(challengeOf(1), bench.pin, trial.signal))
      .catch((error: unknown) => inspect(error, { depth: 10, showHidden: true }));
    for (const text of [shown, String(thrown)])
      ok(
        !new RegExp(`(?<!\\w)${bench.pin}(?!\\w)`).test(text.replaceAll(/:\d+:\d+/g, '')),
        'the PIN must not show',
      );
  },
};

/**
 * Returns the cases that every {@link CardReader} must pass, for any test runner. They need two
 * ordinary test cards, a locked one, and something that moves them. A retracted card stays inside:
 * get it out before the next case.
 *
 * @param bench - the reader, and what moves the cards.
 * @throws TypeError when `bench` lacks a method.
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { type CardReaderBench, cardReaderSuite } from 'myna-selfinfo/conformance';
 * function testReader(bench: CardReaderBench) {
 *   for (const { title, run } of cardReaderSuite(bench)) test(title, run);
 * }
 * ```
 */
export function cardReaderSuite(bench: CardReaderBench): readonly ConformanceCase[] {
  checkMethods(bench, 'bench', ['create', 'present', 'pull', 'take', 'verify']);
  return Object.entries(cases).map(([title, check]) => ({
    title,
    async run() {
      const trial = new Trial(await bench.create(), bench);
      try {
        await check(trial, bench);
      } finally {
        await trial.clear();
      }
    },
  }));
}
