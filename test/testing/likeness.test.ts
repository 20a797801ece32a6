import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { latest, pointInTime } from '../../src/index.js';
import {
  type AnswerItems,
  createAnswer,
  createCollected,
  createConsentOutcome,
  createGrant,
  createRetrieval,
} from '../../src/testing/index.js';
import {
  answerAt,
  CLIENT_ID,
  expectStatus,
  grantOf,
  type Loan,
  loan,
  openBank,
  SESSION,
} from '../kit/loan.js';
import { everyOutcome } from '../kit/outcomes.js';

/**
 * Returns what a program can see of a value beside its texts and numbers: class, keys in their
 * order and their flags, whether it is frozen, and the types of its parts.
 */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).map(
    ([key, { value: part, ...flags }]) => [key, shapeOf(part), flags],
  );
  return [Object.getPrototypeOf(value).constructor.name, Object.isFrozen(value), properties];
}

/** Returns how a value prints, with everything that a program can make visible. */
function printed(value: unknown) {
  const inspected = inspect(value, { depth: 9, showHidden: true, getters: true });
  return [inspected, JSON.stringify(value)].map((text) => text.replaceAll(CLIENT_ID, 'テスト'));
}

function expectAlike(made: unknown, real: unknown) {
  expect(shapeOf(made)).toEqual(shapeOf(real));
  expect(printed(made)).toEqual(printed(real));
}

const inquiries = { income: latest(), household: pointInTime('2026-12-01') };

describe('a made grant', () => {
  it('looks like one from a client', async () => {
    const { consent } = openBank();
    const real = await consent();
    const { transactionId, grantedAt } = real.terms;
    expectAlike(createGrant(loan, { transactionId, grantedAt, expiresAt: real.expiresAt }), real);
  });

  it('has the version of the text where a grant of a client has it', async () => {
    const { client, sandbox } = openBank();
    const textVersion = '2026-11';
    const { url } = await client.beginConsent({ sessionBinding: SESSION, textVersion });
    const back = await sandbox.visit(url, { persona: 'hanako' });
    const real = grantOf(await client.completeConsent(back, { sessionBinding: SESSION }));
    const { transactionId } = real.terms;
    expectAlike(createGrant(loan, { transactionId, textVersion }).terms, real.terms);
  });
});

describe('a made outcome of a consent', () => {
  it('looks like one from a client, for every status', async () => {
    const outcomes = await everyOutcome();
    for (const real of Object.values(outcomes)) {
      const made = createConsentOutcome(loan, real.status);
      expect(shapeOf(made)).toEqual(shapeOf(real));
    }
  });
});

describe('a made retrieval', () => {
  it('looks like one from a client', async () => {
    const { client, consent } = openBank();
    const real = await client.submit(await consent(), inquiries);
    const { id, pin, terms, submittedAt, expiresAt } = real;
    const { transactionId, grantedAt } = terms;
    const made = createRetrieval(loan, {
      ...{ id, inquiries, submittedAt, expiresAt },
      ...{ transactionId, grantedAt },
    });
    expect(shapeOf(made)).toEqual(shapeOf(real));
    expect(printed(made)).toEqual(printed(real).map((text) => text.replace(pin, 'testing')));
  });
});

describe('a made answer', () => {
  async function answerAbout(persona: string) {
    const { client, consent, onProgress } = openBank();
    const result = await client.query(await consent(persona), inquiries, { onProgress });
    return expectStatus(result, 'ready').answer;
  }

  it.each<[string, AnswerItems<Loan>]>([
    ['newcomer', { income: 'nothing-on-record', household: 'nothing-on-record' }],
    ['not-covered', { income: 'not-covered', household: 'not-covered' }],
  ])('looks like that of a client about %s', async (persona, items) => {
    const real = await answerAbout(persona);
    const { transactionId, grantedAt } = real.terms;
    const made = createAnswer(loan, items, { transactionId, grantedAt });
    expectAlike(made, real);
    const statuses = ({ items }: typeof real) => Object.values(items).map(({ status }) => status);
    expect(statuses(made)).toEqual(statuses(real));
  });

  it('has the records of a client, validated and frozen', async () => {
    const real = await answerAbout('hanako');
    const { transactionId, grantedAt } = real.terms;
    const income = expectStatus(real.items.income, 'present');
    const household = expectStatus(real.items.household, 'present');
    const made = createAnswer(
      loan,
      { income: income.reveal(), household: household.reveal() },
      { transactionId, grantedAt },
    );
    expectAlike(made, real);
    for (const key of ['income', 'household'] as const) {
      const [ours, theirs] = [made, real].map((one) => expectStatus(one.items[key], 'present'));
      expect(ours?.reveal()).toEqual(theirs?.reveal());
      expect(shapeOf(ours?.reveal())).toEqual(shapeOf(theirs?.reveal()));
      expect(ours?.missing).toEqual(theirs?.missing);
      expectAlike(ours?.extras, theirs?.extras);
      expect(ours?.extras.reveal()).toEqual(theirs?.extras.reveal());
    }
    expectAlike(made.extras, real.extras);
  });

  it('names missing and closed holders like one from a client', async () => {
    const real = await answerAbout('closed-city');
    const { server, until } = expectStatus(real.items.income, 'unavailable');
    const made = createAnswer(loan, { income: { status: 'unavailable', server, until } });
    const { items } = made;
    expect(expectStatus(items.income, 'unavailable')).toMatchObject({ server, until });
    expect(items.income.extras.reveal()).toEqual(real.items.income.extras.reveal());
  });

  it('has the code of a failure like one from a client', async () => {
    const real = await answerAbout('failing');
    const { code } = expectStatus(real.items.income, 'failed');
    const made = createAnswer(loan, { income: { status: 'failed', code } });
    expect(expectStatus(made.items.income, 'failed').code).toBe(code);
    expect(made.items.income.extras.reveal()).toEqual(real.items.income.extras.reveal());
  });
});

describe('a made result', () => {
  it('looks like one from a client when it is pending', async () => {
    const { client, consent } = openBank();
    const real = expectStatus(
      await client.query(await consent(), inquiries, { deadlineMs: 1 }),
      'pending',
    );
    const { retryAt } = real;
    const made = createCollected(loan, 'pending', {
      retryAt,
      retrieval: createRetrieval(loan, { inquiries }),
    });
    expect(shapeOf(made)).toEqual(shapeOf(real));
    expect(made.retryAt).toBe(retryAt);
  });

  it('looks like one from a client when it is ready', async () => {
    const { client, consent, onProgress } = openBank();
    const real = await client.query(await consent('newcomer'), latest(), { onProgress });
    expect(shapeOf(createCollected(loan, 'ready'))).toEqual(shapeOf(real));
  });

  it('looks like one from a client when it failed', async () => {
    const { client, consent } = openBank();
    const retrieval = await client.submit(await consent(), latest());
    await client.discard(retrieval);
    const real = expectStatus(await client.collect(retrieval), 'failed');
    const made = createCollected(loan, 'failed');
    expect(Object.keys(made)).toEqual(Object.keys(real));
    expect(JSON.stringify(made)).toBe(JSON.stringify(real));
  });

  it('has the same causes and opening time as one from a client when it is unavailable', async () => {
    const closed = '2027-01-01T09:00:00+09:00';
    const busy = answerAt('/result', () => new Response('', { status: 503 }));
    const { client, consent, onProgress } = openBank({ ...busy, now: closed });
    const result = await client.query(await consent(), latest(), { onProgress });
    const real = expectStatus(result, 'unavailable');
    const made = createCollected(loan, 'unavailable', { at: closed });
    expect(shapeOf({ ...made, retrieval: 0 })).toEqual(shapeOf({ ...real, retrieval: 0 }));
    expect(JSON.stringify(made.causes)).toBe(JSON.stringify(real.causes));
    expect(made.until).toBe(real.until);
    expect(made.causes.length).toBeGreaterThan(0);
  });
});
