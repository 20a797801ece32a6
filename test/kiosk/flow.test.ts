import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.js';
import {
  LOAN_ID,
  NOW,
  onward,
  openMachine,
  PENSION_ID,
  PIN,
  SUNDAY,
  settle,
  walkTo,
} from './kiosk.js';

describe('the flow of figures 3.3-1 to 3.3-7', () => {
  it('leads from the button to the answer, state by state', async () => {
    const { session, events, reader, ejects, steps } = await walked();
    expect(events.map(({ from, cause, state }) => [from, cause, state.at])).toEqual([
      ['start', 'begin', 'menu'],
      ['menu', 'choose', 'first-consent'],
      ['first-consent', 'agree', 'connecting'],
      ['connecting', 'connected', 'card-in'],
      ['card-in', 'card-held', 'reading-card'],
      ['reading-card', 'card-read', 'identity-pin'],
      ['identity-pin', 'enterPin', 'identity-check'],
      ['identity-check', 'identified', 'fetch-pin'],
      ['fetch-pin', 'enterPin', 'fetching'],
      ['fetching', 'fetched', 'second-consent'],
      ['second-consent', 'agree', 'providing'],
      ['providing', 'provided', 'card-out'],
      ['card-out', 'card-returned', 'take-card'],
      ['take-card', 'card-taken', 'ended'],
    ]);
    expect(steps()).toEqual(['begin', 'challenge', 'identify', 'challenge', 'fetch', 'provide']);
    expect(await session.ended).toBe(session.state);
    expect([ejects(), reader.holds]).toEqual([1, false]);
  });

  it('provides the answer under the terms of the first consent, for the retention of the service', async () => {
    const { outcome } = await (await walked()).session.ended;
    if (outcome.status !== 'provided') throw new Error(outcome.status);
    const { terms, items } = outcome.answer;
    // 30 days after 1 December is the 31st; it ends at midnight.
    expect(terms).toMatchObject({
      serviceId: LOAN_ID,
      items: ['income'],
      grantedAt: '2026-12-01T10:00:00+09:00',
      keepUntil: '2027-01-01T00:00:00+09:00',
    });
    expect(items.income?.status === 'present' && items.income.reveal()).toMatchObject([
      { holder: 'サンプル市', fields: { 合計所得金額: 3_720_000 } },
    ]);
  });

  it('blocks reading the answer once the retention has ended', async () => {
    const { session, clock } = await walked();
    const { outcome } = await session.ended;
    clock.set('2027-01-01T00:00:00+09:00');
    if (outcome.status !== 'provided') throw new Error(outcome.status);
    const { income } = outcome.answer.items;
    expect(() => income?.status === 'present' && income.reveal()).toThrow(
      expect.objectContaining({ code: 'retention_ended' }),
    );
  });

  it('shows in the menu the availability of the items to fetch', async () => {
    const machine = openMachine({ now: SUNDAY });
    await walkTo(machine, 'menu');
    const { state } = machine.session;
    if (state.at !== 'menu') throw new Error(state.at);
    expect(
      state.services.map(({ id, name, items, availability }) => [
        id,
        name,
        items,
        availability.state,
      ]),
    ).toEqual([
      [
        LOAN_ID,
        '住宅ローンサービスへの所得情報の提出',
        { income: { detail: 'local-tax', ja: '地方税', en: 'local tax' } },
        'open',
      ],
      [
        PENSION_ID,
        '老後資金相談サービスへの年金情報の提出',
        { pension: { detail: 'pension', ja: '年金・日本年金機構関係', en: 'pension' } },
        'closed',
      ],
    ]);
  });

  it('shows why and until when a chosen service is closed, and requests nothing from the portal', async () => {
    const { session, steps } = await atMenu(SUNDAY);
    session.choose(PENSION_ID);
    const { state } = session;
    if (state.at !== 'unavailable') throw new Error(state.at);
    // Sunday 6 December: the pension service opens on Monday at 8:00.
    expect(state.service.availability.nextOpening?.toISO({ suppressMilliseconds: true })).toBe(
      '2026-12-07T08:00:00+09:00',
    );
    expect(state.service.availability.causes.map(({ server }) => server)).toContain(
      'pension-service',
    );
    expect(steps()).toEqual([]);
    session.back();
    session.choose(LOAN_ID);
    expect(session.state.at).toBe('first-consent');
  });

  it('checks the calendar again when the citizen agrees, because notices may have come since', async () => {
    let calendar = createCalendar();
    const machine = openMachine({ calendar: () => calendar });
    await walkTo(machine, 'first-consent');
    calendar = calendar.with([
      {
        id: 'outage',
        target: 'all',
        state: 'closed',
        start: '2026-12-01T10:00:00+09:00',
        end: '2026-12-01T12:00:00+09:00',
        announcedAt: NOW,
        source: 'test',
      },
    ]);
    machine.session.agree();
    const { state } = machine.session;
    if (state.at !== 'unavailable') throw new Error(state.at);
    expect(state.service.availability.nextOpening?.toISO({ suppressMilliseconds: true })).toBe(
      '2026-12-01T12:00:00+09:00',
    );
    expect(machine.steps()).toEqual([]);
  });

  it.each([
    ['2026-12-01T10:09:59+09:00', 'unavailable'],
    ['2026-12-01T10:10:00+09:00', 'first-consent'],
  ] as const)('looks ten minutes ahead: an outage from %s leads to %s', async (start, expected) => {
    const outage = {
      id: 'outage',
      target: 'all',
      state: 'closed',
      start,
      end: '2026-12-01T12:00:00+09:00',
      announcedAt: NOW,
      source: 'test',
    } as const;
    const machine = openMachine({ calendar: createCalendar().with([outage]) });
    await walkTo(machine, 'menu');
    machine.session.choose(LOAN_ID);
    expect(machine.session.state.at).toBe(expected);
  });

  it('continues while the calendar is uncertain, and shows it', async () => {
    // The third weekend of December: an outage at unpublished hours.
    const machine = openMachine({ now: '2026-12-19T10:00:00+09:00' });
    await walkTo(machine, 'first-consent');
    expect(machine.session.state).toMatchObject({
      at: 'first-consent',
      service: { availability: { state: 'uncertain' } },
    });
    machine.session.agree();
    await settle();
    expect(machine.session.state.at).toBe('card-in');
  });

  it('counts the retention from the first consent, however late the fetch is, and timestamps each event', async () => {
    const machine = openMachine({ now: '2026-12-01T22:00:00+09:00', idleMs: 4 * 3_600_000 });
    await walkTo(machine, 'fetch-pin');
    machine.clock.set('2026-12-02T00:30:00+09:00');
    for (const step of ['fetch-pin', 'second-consent'] as const) {
      onward[step](machine);
      await settle();
    }
    const { outcome } = await machine.session.ended;
    expect(outcome).toMatchObject({
      status: 'provided',
      answer: {
        terms: { grantedAt: '2026-12-01T22:00:00+09:00', keepUntil: '2027-01-01T00:00:00+09:00' },
      },
    });
    expect([machine.events.at(0)?.time, machine.events.at(-1)?.time]).toEqual([
      '2026-12-01T22:00:00+09:00',
      '2026-12-02T00:30:00+09:00',
    ]);
  });

  it('shows the tries that are left, and three again after a right PIN', async () => {
    const machine = openMachine();
    await walkTo(machine, 'identity-pin');
    expect(machine.session.state).toMatchObject({ triesLeft: 3, wrongPin: false });
    machine.session.enterPin('0000');
    await settle();
    expect(machine.session.state).toMatchObject({
      at: 'identity-pin',
      triesLeft: 2,
      wrongPin: true,
    });
    machine.session.enterPin(PIN);
    await settle();
    expect(machine.session.state).toMatchObject({ at: 'fetch-pin', triesLeft: 3, wrongPin: false });
    machine.session.enterPin('9999');
    await settle();
    expect(machine.session.state).toMatchObject({ at: 'fetch-pin', triesLeft: 2, wrongPin: true });
  });

  it.each(['12', '12345', '12a4', '', '１２３４'])(
    'rejects %j as a PIN without calling the card',
    async (pin) => {
      const machine = openMachine();
      await walkTo(machine, 'identity-pin');
      const before = machine.session.state;
      expect(() => machine.session.enterPin(pin)).toThrow(
        expect.objectContaining({ code: 'invalid_option', path: 'pin' }),
      );
      await settle();
      expect(machine.session.state).toBe(before);
      expect(() => machine.session.enterPin(1234 as unknown as string)).toThrow(TypeError);
    },
  );
});

async function walked() {
  const machine = openMachine();
  await walkTo(machine);
  return machine;
}

async function atMenu(now: string) {
  const machine = openMachine({ now });
  await walkTo(machine, 'menu');
  return machine;
}
