import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import { openBank, SESSION } from '../../kit/loan.js';
import { authorizationUrl, callbackOf, paths, registration } from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const get = (url: URL, headers: Record<string, string> = {}) =>
  sandbox.fetch(new Request(url, { headers }));

/** Submits the form of a page as a browser would. */
async function submit(page: Response, answers: Record<string, string>): Promise<Response> {
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  return post({ form, ...answers });
}

function post(answers: Record<string, string>): Promise<Response> {
  const url = new URL(paths.authorization.value, sandbox.environment().endpoints.browserUrl);
  return sandbox.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(answers) }));
}

const agree = { decision: 'agree', agree: 'yes' };
const card = async () => submit(await get(authorizationUrl(sandbox)), agree);
const callback = (response: Response) => callbackOf(response.headers.get('location'));

describe('the citizen', () => {
  it('agrees, identifies by card and PIN, and returns with code, state and issuer', async () => {
    const response = await submit(await card(), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(response.status).toBe(303);
    expect(callback(response)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
  });

  it('can decline on the first page', async () => {
    const response = await submit(await get(authorizationUrl(sandbox)), { decision: 'decline' });
    expect(callback(response)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
  });

  it('can decline on the second page', async () => {
    const response = await submit(await card(), { decision: 'decline' });
    expect(callback(response)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
      iss: sandbox.environment().issuer,
    });
    expect(sandbox.journal.at(-1)).toMatchObject({
      step: 'decide',
      outcome: 'accepted',
      code: 'declined',
    });
  });

  it('sees the remaining tries, and returns after the third wrong PIN has locked the card', async () => {
    const wrong = { decision: 'agree', persona: 'hanako', pin: '0000' };
    const first = await submit(await card(), wrong);
    expect(await first.clone().text()).toContain('あと2回');
    const second = await submit(first, wrong);
    expect(await second.clone().text()).toContain('あと1回');
    const locked = await submit(second, wrong);
    expect(await locked.clone().text()).toContain('(card_locked)"');
    expect(callback(await submit(locked, { decision: 'leave' }))).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
    expect(sandbox.journal.slice(-2).map(({ code }) => code)).toEqual([
      'card_locked',
      'card_locked',
    ]);
  });

  it.each(['', '123', '12345', 'abcd', '１２３４'])(
    'loses no try to %j, which is not a PIN',
    async (pin) => {
      let page = await card();
      for (const _ of [1, 2, 3, 4])
        page = await submit(page, { decision: 'agree', persona: 'hanako', pin });
      expect(await page.clone().text()).toContain('(pin_not_four_digits)"');
      expect(
        callback(await submit(page, { decision: 'agree', persona: 'hanako', pin: '1234' })).code,
      ).toBeDefined();
    },
  );

  it('keeps the chosen card after a wrong PIN, and does not see the PIN again', async () => {
    const page = await (
      await submit(await card(), { decision: 'agree', persona: 'worker', pin: '9753' })
    ).text();
    expect(page).toContain('name="persona" value="worker" required checked');
    expect(page.match(/name="persona"[^>]* checked/g)).toHaveLength(1);
    expect(page).not.toContain('9753');
  });

  it('cannot visit a URL with user name or password, and the error does not repeat it', async () => {
    for (const url of [
      'https://canary@portal.sandbox.invalid/',
      'https://a:canary@portal.sandbox.invalid/',
      'canary',
    ]) {
      const refused = sandbox.visit(url, { persona: 'hanako' });
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_option',
        path: 'url',
        message: expect.not.stringContaining('canary'),
      });
    }
  });

  it('cannot unlock a card by the right PIN', async () => {
    for (const _ of [1, 2])
      await expect(
        sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin: '0000' }),
      ).rejects.toMatchObject({ code: 'sandbox_refused' });
    for (const pin of ['0000', '1234']) {
      expect(
        callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'hanako', pin })),
      ).toMatchObject({ error: 'access_denied' });
    }
    expect(
      callbackOf(await sandbox.visit(authorizationUrl(sandbox), { persona: 'mover' })).code,
    ).toBeDefined();
  });

  it('has three tries again after the right PIN', async () => {
    for (const pin of ['0000', '0000', '1234', '0000', '0000']) {
      const page = await submit(await card(), { decision: 'agree', persona: 'hanako', pin });
      expect(page.status).toBe(pin === '1234' ? 303 : 400);
    }
  });

  it('is asked again when no card is chosen', async () => {
    expect(await (await submit(await card(), { decision: 'agree', pin: '1234' })).text()).toContain(
      '(card_not_chosen)"',
    );
  });

  it('cannot send a form twice, but can continue from there', async () => {
    const page = await get(authorizationUrl(sandbox));
    await submit(page.clone(), agree);
    const again = await submit(page, agree);
    expect(again.status).toBe(400);
    expect(await again.clone().text()).toContain('(form_expired)"');
    const consent = await submit(again, { decision: 'restart' });
    expect(await consent.clone().text()).toContain('name="agree"');
    const response = await submit(await submit(consent, agree), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(callback(response).code).toBeDefined();
  });

  it('can go back from the card to the consent any number of times', async () => {
    let page = await card();
    for (const _ of [1, 2, 3]) page = await submit(await submit(page, { decision: 'back' }), agree);
    expect(
      callback(await submit(page, { decision: 'agree', persona: 'hanako', pin: '1234' })).code,
    ).toBeDefined();
  });

  it('can stop on a page that was sent before', async () => {
    const page = await get(authorizationUrl(sandbox));
    await submit(page.clone(), agree);
    expect(callback(await submit(page, { decision: 'decline' }))).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
  });

  it.each([
    ['agreed', { decision: 'agree', persona: 'hanako', pin: '1234' }],
    ['declined', { decision: 'decline' }],
    ['a locked card', { decision: 'agree', persona: 'locked-card', pin: '1008' }],
  ])('always returns to the same place once the transaction has ended: %s', async (_, answers) => {
    const first = await get(authorizationUrl(sandbox));
    const second = await submit(first.clone(), agree);
    const settled = await submit(second.clone(), answers);
    const place =
      settled.headers.get('location') ??
      (await submit(settled, { decision: 'leave' })).headers.get('location');
    for (const [page, decision] of [
      [second, answers],
      [second, { decision: 'decline' }],
      [second, { decision: 'back' }],
      [first, agree],
    ] as const) {
      const finished = await submit(page.clone(), decision);
      expect(finished.status).toBe(400);
      expect(await finished.clone().text()).toContain('この手続きは終了しています');
      expect((await submit(finished, { decision: 'leave' })).headers.get('location')).toBe(place);
    }
  });

  it('cannot send a form after ten minutes, not even after a change of language, and can return', async () => {
    const page = await get(authorizationUrl(sandbox));
    clock.advance(600_000);
    const english = await submit(page.clone(), { decision: 'en' });
    for (const late of [page, english]) {
      const expired = await submit(late, agree);
      expect(expired.status).toBe(400);
      expect(await expired.clone().text()).toContain('(form_expired)"');
      const still = await submit(expired.clone(), { decision: 'restart' });
      expect(still.status).toBe(400);
      if (late === english)
        expect(callback(await submit(expired, { decision: 'leave' }))).toMatchObject({
          error: 'access_denied',
          state: 'state-1',
        });
    }
  });

  it('can return from a late form for two hours, but not later', async () => {
    const [late, later] = [
      await get(authorizationUrl(sandbox)),
      await get(authorizationUrl(sandbox)),
    ];
    const way = 'value="leave"';
    clock.advance(2 * 3_600_000 - 1);
    expect(await (await submit(late, agree)).text()).toContain(way);
    clock.advance(1);
    const forgotten = await (await submit(later, agree)).text();
    expect([forgotten.includes('(form_expired)"'), forgotten.includes(way)]).toEqual([true, false]);
  });

  it('arrives at the client with an expired consent after being late', async () => {
    const bank = openBank();
    const { url } = await bank.client.beginConsent({ sessionBinding: SESSION });
    const send = async (page: Response, answers: Record<string, string>) => {
      const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
      const { origin, pathname } = new URL(url);
      return bank.sandbox.fetch(
        new Request(origin + pathname, {
          method: 'POST',
          body: new URLSearchParams({ form, ...answers }),
        }),
      );
    };
    const page = await bank.sandbox.fetch(new Request(url));
    bank.clock.advance(600_000);
    const back = await send(await send(page, agree), { decision: 'leave' });
    const outcome = await bank.client.completeConsent(back.headers.get('location') ?? '', {
      sessionBinding: SESSION,
    });
    expect(outcome).toEqual({ status: 'expired' });
  });

  it('sees the same page and its error in the other language', async () => {
    const wrong = await submit(await card(), { decision: 'agree', persona: 'hanako', pin: '0000' });
    const english = await submit(wrong, { decision: 'en' });
    const text = await english.clone().text();
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('Tries left: 2.');
    const response = await submit(await submit(english, { decision: 'ja' }), {
      decision: 'agree',
      persona: 'hanako',
      pin: '1234',
    });
    expect(callback(response).code).toBeDefined();
  });

  it.each([
    ['no form', { decision: 'agree' }, 'missing_parameter'],
    ['an unknown form', { decision: 'agree', form: 'x' }, 'form_expired'],
  ])('cannot decide with %s', async (_, answers, code) => {
    const response = await post(answers);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`(${code})"`);
  });
});
