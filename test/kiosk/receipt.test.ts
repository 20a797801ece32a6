import { describe, expect, it } from 'vitest';
import { leaksIn } from '../kit/leaks.js';
import { BANK, LOAN_ID, onward, openMachine, SCREENS, settle, walkTo } from './kiosk.js';

async function outcomeFor(persona: string) {
  const machine = openMachine({ terminalId: 'T-001' });
  for (const screen of SCREENS) {
    if (screen === 'card-in') machine.reader.present(machine.kiosk.card(persona));
    else if (screen.endsWith('-pin'))
      machine.session.enterPin(persona === 'hanako' ? '1234' : '3456');
    else onward[screen](machine);
    await settle();
  }
  const { outcome } = await machine.session.ended;
  if (outcome.status !== 'provided') throw new Error(outcome.status);
  return { machine, outcome };
}

describe('the receipt of a provision', () => {
  it('says what was provided to whom, when, why, how long it is kept, and under which number', async () => {
    const { machine, outcome } = await outcomeFor('hanako');
    const { transactionId } = outcome.answer.terms;
    const receipt = outcome.receipt();
    expect(receipt).toEqual({
      number: expect.stringMatching(/^[\dA-F]{4}-[\dA-F]{4}-[\dA-F]{4}$/),
      transactionId,
      terminalId: 'T-001',
      provider: BANK,
      service: { id: LOAN_ID, name: '住宅ローンサービスへの所得情報の提出' },
      purpose: '住宅ローンの審査のため',
      items: [{ detail: 'local-tax', ja: '地方税', en: 'local tax', status: 'provided' }],
      consentedAt: '2026-12-01T10:00:00+09:00',
      providedAt: '2026-12-01T10:00:00+09:00',
      retentionDays: 30,
      keepUntil: '2027-01-01T00:00:00+09:00',
    });
    expect(transactionId.toUpperCase().replace('-', '')).toContain(
      receipt.number.replaceAll('-', ''),
    );
    expect(machine.events.at(-1)?.transactionId).toBe(transactionId);
  });

  it('contains no value of a record', async () => {
    const { outcome } = await outcomeFor('hanako');
    expect(
      leaksIn({ receipt: outcome.receipt() }, { income: '3720000', city: 'サンプル市' }),
    ).toEqual([]);
  });

  it('says where nothing is on record, which no event shows', async () => {
    const { machine, outcome } = await outcomeFor('newcomer');
    expect(outcome.receipt().items).toMatchObject([{ status: 'nothing-on-record' }]);
    expect(JSON.stringify(machine.events)).not.toContain('nothing-on-record');
  });

  it('has no terminal id where the machine has none', async () => {
    const machine = openMachine();
    await walkTo(machine);
    const { outcome } = await machine.session.ended;
    expect(outcome.status === 'provided' && 'terminalId' in outcome.receipt()).toBe(false);
  });
});

describe('the events of a session', () => {
  it('carry the terminal from the start and the transaction from the first consent to the end', async () => {
    const machine = openMachine({ terminalId: 'T-001' });
    await walkTo(machine, 'fetch-pin');
    machine.session.cancel();
    await machine.session.ended;
    expect(new Set(machine.events.map(({ terminalId }) => terminalId))).toEqual(new Set(['T-001']));
    const [, , ...afterConsent] = machine.events.map(({ transactionId }) => transactionId);
    expect(machine.events.slice(0, 2).map((event) => 'transactionId' in event)).toEqual([
      false,
      false,
    ]);
    expect([new Set(afterConsent).size, afterConsent[0]]).toEqual([
      1,
      expect.stringMatching(/^[\da-f-]{36}$/),
    ]);
  });
});
