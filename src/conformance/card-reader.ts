import { deepStrictEqual, notDeepStrictEqual, ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { checkMethods } from '../foundation/options.js';
import type { CardReader } from '../kiosk/reader.js';
import type { ConformanceCase } from './case.js';

/** A reader, and a hand at its slot: a robot's, or a person's who is asked to. */
export interface CardReaderBench {
  /**
   * The reader to be tested, its slot empty. It is called once per case; the same reader may come
   * every time.
   */
  create(): CardReader | Promise<CardReader>;
  /**
   * Holds a test card to the slot, so that it is drawn in as soon as the slot is open: one of two
   * different ones, or one that is locked.
   */
  present(card: 'first' | 'second' | 'locked'): void | Promise<void>;
  /** Takes the card inside out by force. */
  pull(): void | Promise<void>;
  /** The PIN of the first and of the second card. */
  readonly pin: string;
  /** Four digits that are not. The first card must take one wrong PIN. */
  readonly wrongPin: string;
  /** Whether a signature over a challenge was made by the key of a certificate. */
  verify(
    certificate: Uint8Array,
    challenge: Uint8Array,
    signature: Uint8Array,
  ): boolean | Promise<boolean>;
  /** Milliseconds of the machine's clock within which each call must settle; default 30,000. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;
const challengeOf = (byte: number) => new Uint8Array(32).fill(byte);

/** A reader whose calls must settle in time, the listener counts, and what draws a card in. */
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
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${what} did not settle in time`)),
        this.#bench.patienceMs ?? PATIENCE_MS,
      );
    });
    return Promise.race([call, late]).finally(() => clearTimeout(timer));
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
  eject = () => this.within('eject', this.reader.eject());

  async refuses(what: string, call: Promise<unknown>): Promise<void> {
    const settled = call.then(
      () => false,
      () => true,
    );
    ok(await this.within(what, settled), `${what} must reject`);
  }

  async clear(): Promise<void> {
    this.#running.abort();
    await this.eject();
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
  async 'tells two cards apart'(trial) {
    await trial.draw('first');
    const first = await trial.read();
    await trial.eject();
    await trial.draw('second');
    notDeepStrictEqual((await trial.read()).certificate, first.certificate);
  },
  async 'signs the challenge it was given, by the key of the card inside'(trial, bench) {
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
  async 'counts a wrong PIN, and forgets it after the right one'(trial, bench) {
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
  async 'asks for the PIN each time: one that was right does not open the card for a wrong one'(
    trial,
    bench,
  ) {
    await trial.draw('first');
    deepStrictEqual((await trial.sign(challengeOf(1), bench.pin)).status, 'signed');
    deepStrictEqual((await trial.sign(challengeOf(2), bench.wrongPin)).status, 'wrong-pin');
    deepStrictEqual((await trial.sign(challengeOf(2), bench.pin)).status, 'signed');
  },
  async 'says that a card is locked, before and after a PIN'(trial, bench) {
    await trial.draw('locked');
    deepStrictEqual((await trial.read()).triesLeft, 0);
    deepStrictEqual(await trial.sign(challengeOf(1), bench.pin), { status: 'locked' });
  },
  async 'closes the slot when it is told to, and takes no card in any more'(trial, bench) {
    const calledOff = new AbortController();
    const drawn = trial.reader.insert(calledOff.signal);
    drawn.catch(() => {});
    calledOff.abort();
    await trial.refuses('insert', drawn);
    await bench.present('first');
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
  },
  async 'opens no slot that was called off before'(trial) {
    await trial.refuses('insert', trial.reader.insert(AbortSignal.abort()));
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
  },
  async 'ejects without a card, and twice'(trial) {
    await trial.eject();
    await trial.draw('first');
    await trial.eject();
    await trial.eject();
  },
  async 'has no card once it is ejected, and takes the next one'(trial, bench) {
    await trial.draw('first');
    await trial.eject();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    await trial.refuses('sign', trial.reader.sign(challengeOf(1), bench.pin, trial.signal));
    await trial.draw('second');
    await trial.read();
  },
  async 'tells once that a card was taken out, and has none then'(trial, bench) {
    let told = 0;
    const stop = trial.reader.onRemoved(() => told++);
    await trial.draw('first');
    deepStrictEqual(told, 0);
    await bench.pull();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    await trial.refuses('sign', trial.reader.sign(challengeOf(1), bench.pin, trial.signal));
    deepStrictEqual(told, 1);
    stop();
  },
  async 'tells nothing of a card that it ejected itself'(trial) {
    let told = 0;
    const stop = trial.reader.onRemoved(() => told++);
    await trial.draw('first');
    await trial.eject();
    deepStrictEqual(told, 0);
    stop();
  },
  async 'tells nothing to who has stopped listening, and the others all the same'(trial, bench) {
    const told: string[] = [];
    const stopFirst = trial.reader.onRemoved(() => told.push('first'));
    const stopSecond = trial.reader.onRemoved(() => told.push('second'));
    stopFirst();
    await trial.draw('first');
    await bench.pull();
    await trial.refuses('readCertificate', trial.reader.readCertificate(trial.signal));
    deepStrictEqual(told, ['second']);
    stopSecond();
  },
  async 'repeats no PIN in what it throws or shows'(trial, bench) {
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
 * What every {@link CardReader} must do, for any test runner: two ordinary test cards, a locked
 * one, and a hand that moves them.
 *
 * @param bench - the reader and the hand.
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
  checkMethods(bench, 'bench', ['create', 'present', 'pull', 'verify']);
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
