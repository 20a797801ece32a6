import { describe, expect, it } from 'vitest';
import { createMemoryStore, createVirtualClock, type Store } from '../../src/index.js';
import { loan, NOW, SESSION } from '../kit/loan.js';
import { errorOf, facts, refusalOf } from '../kit/refusals.js';
import { all, HOUR_MS, openForm, statesOf, VALUES } from './form.js';

/** Opens a form with a store that writes down what is put. */
function openOnce() {
  const clock = createVirtualClock(NOW);
  const inner = createMemoryStore({ clock });
  const puts: Parameters<Store['put']>[] = [];
  const store: Store = {
    ...inner,
    put(...entry) {
      puts.push(entry);
      return inner.put(...entry);
    },
  };
  const form = openForm({ clock, store });
  const submit = (method: 'judge' | 'accept', seal: unknown, fields: object = VALUES) =>
    form.prefill[method]({ sessionBinding: SESSION, seal, fields: { ...fields } }).then(statesOf);
  return { ...form, clock, store, puts, submit };
}

describe('accepting a form', () => {
  it('returns its fields once, and then names each of them replayed', async () => {
    const { prefill, seal, submit } = openOnce();
    const text = await seal();
    const form = { sessionBinding: SESSION, seal: text, fields: { ...VALUES, members: '4' } };
    const judged = await prefill.judge(form);
    expect(await prefill.accept(form)).toEqual(judged);
    expect(await prefill.accept(form)).toEqual({
      income: { state: 'replayed', value: '4,200,000' },
      members: { state: 'replayed', value: '4' },
    });
    expect(await submit('judge', text)).toEqual(all('replayed'));
    // Another form of the same session.
    expect(await submit('accept', await seal())).toEqual(all('unchanged'));
  });

  it('lets one of many parallel calls through', async () => {
    const { seal, submit } = openOnce();
    const text = await seal();
    const results = await Promise.all(Array.from({ length: 20 }, () => submit('accept', text)));
    expect(results.filter(({ income }) => income === 'unchanged')).toHaveLength(1);
    expect(results.filter(({ income }) => income === 'replayed')).toHaveLength(19);
  });

  it('leaves nothing in the store but an id until the form would have expired', async () => {
    const { seal, submit, puts } = openOnce();
    const text = await seal();
    await submit('accept', text, { ...VALUES, income: '1' });
    const at = Date.parse('2026-12-01T11:00:00+09:00');
    expect(puts).toEqual([[expect.stringMatching(/^prefill:[\w-]{43}$/), 'accepted', at]]);
  });

  it('uses up nothing before a form is free of forged, replayed and expired fields', async () => {
    const { clock, prefill, seal, submit, puts } = openOnce();
    const text = await seal();
    expect(await submit('accept', text, { ...VALUES, bonus: '1' })).toEqual({
      ...all('unchanged'),
      bonus: 'forged',
    });
    expect(await submit('accept', undefined)).toEqual(all('forged'));
    const other = { sessionBinding: 'session-of-taro', seal: text, fields: VALUES };
    expect(statesOf(await prefill.accept(other))).toEqual(all('replayed'));
    expect(puts).toEqual([]);
    expect(await submit('accept', text)).toEqual(all('unchanged'));
    clock.advance(HOUR_MS);
    expect(await submit('accept', text)).toEqual(all('expired'));
    expect(puts).toHaveLength(1);
  });

  it('needs a store', async () => {
    const { prefill, seal } = openForm();
    const form = { sessionBinding: SESSION, seal: await seal(), fields: VALUES };
    expect(await refusalOf(() => prefill.accept(form))).toEqual([
      'missing_option',
      'options.store',
    ]);
    expect(statesOf(await prefill.judge(form))).toEqual(all('unchanged'));
  });

  it('rejects where the store fails, and hides why', async () => {
    const { reopen, seal, store } = openOnce();
    const text = await seal();
    const form = { sessionBinding: SESSION, seal: text, fields: VALUES };
    const broken = async (): Promise<never> => {
      throw new Error(`cannot store ${VALUES.income}`);
    };
    const failed = { code: 'store_failed', stage: 'store', effect: 'none', safe: true };
    for (const [method, changes] of [
      ['judge', { get: broken }],
      ['accept', { get: broken }],
      ['accept', { put: broken }],
    ] as const) {
      const prefill = reopen({ store: { ...store, ...changes } });
      const error = await errorOf(() => prefill[method](form));
      expect(facts(error)).toEqual(failed);
      expect(JSON.stringify(error)).not.toContain(VALUES.income);
    }
    expect(statesOf(await reopen({ service: loan }).accept(form))).toEqual(all('unchanged'));
  });
});
