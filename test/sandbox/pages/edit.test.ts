import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Persona,
  personas,
  type Sandbox,
} from '../../../src/sandbox/index.js';
import {
  answerTo,
  authorizationUrl,
  callbackOf,
  exchange,
  type ItemRead,
  inquiry,
  itemStatuses,
  paths,
  registration,
} from '../steps.js';

const latestIncome = inquiry('TM00000000000002', 'latest');
const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
let sandbox: Sandbox;

beforeEach(() => {
  sandbox = createSandbox({ registrations: [registration], clock });
});

/** A page, as a browser without scripts has it. */
interface Shown {
  readonly status: number;
  readonly html: string;
  readonly location: string | null;
}

async function show(response: Response): Promise<Shown> {
  const { status, headers } = response;
  return { status, html: await response.text(), location: headers.get('location') };
}

async function submit(
  { html }: Shown,
  answers: Readonly<Record<string, string>>,
  portal = sandbox,
): Promise<Shown> {
  const form = /name="form" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const url = portal.environment().endpoints.browserUrl + paths.authorization.value;
  const body = new URLSearchParams({ form, ...answers });
  return show(await portal.fetch(new Request(url, { method: 'POST', body })));
}

async function toCard(language = 'ja', portal = sandbox): Promise<Shown> {
  const headers = { 'accept-language': language };
  const consent = await portal.fetch(new Request(authorizationUrl(portal), { headers }));
  return submit(await show(consent), { decision: 'agree', agree: 'yes' }, portal);
}

async function toEditor(persona = 'hanako', language = 'ja', portal = sandbox): Promise<Shown> {
  return submit(await toCard(language, portal), { decision: 'edit', persona }, portal);
}

/** Enters the PIN of a card, and returns the item that the client gets. */
async function answerOf(
  card: Shown,
  { persona = 'hanako', asked = latestIncome, portal = sandbox } = {},
): Promise<ItemRead> {
  const pin = personas.find(({ id }) => id === persona)?.pin ?? '';
  const { location } = await submit(card, { decision: 'agree', persona, pin }, portal);
  const { body } = await exchange(portal, callbackOf(location).code ?? '');
  const [item] = await answerTo(portal, String(body.access_token), asked);
  if (item === undefined) throw new Error('no item in the answer');
  return item;
}

/** Returns the name of the nth input with a label. */
function placeOf({ html }: Shown, label: string, nth = 0): string {
  const found = [...html.matchAll(new RegExp(`<label for="([^"]+)">${label}</label>`, 'g'))];
  return found[nth]?.[1] ?? `no input is labelled ${label}`;
}

const valueAt = ({ html }: Shown, place: string) =>
  new RegExp(`name="${place}" value="([^"]*)"`).exec(html)?.[1];

/** The name of the choice of the type beside an input. */
const typeOf = (place: string) => place.replace(/f(\d+)$/, 'k$1');
/** The name of another part of the record of an input. */
const beside = (place: string, part: string) => place.replace(/f\d+$/, part);
/** The name of the choice of what is answered about the detail of a place. */
const choiceOf = (place: string) => place.replace(/-.*$/, '');

describe('the editor of an answer', () => {
  it('shows the records of every detail that the service asks for, without a script', async () => {
    const editor = await toEditor();
    expect(editor.status).toBe(200);
    expect(editor.html).toContain('<h1>番号 花子の回答を編集</h1>');
    expect(editor.html).toContain('サンドボックスだけの機能');
    const headings = [...editor.html.matchAll(/<h2 id="[^"]+">([^<]+)<\/h2>/g)];
    expect(headings.map(([, heading]) => heading)).toHaveLength(5);
    // The built-in persona has three records of local tax; the third is that of 2026.
    expect(valueAt(editor, placeOf(editor, '合計所得金額', 2))).toBe('3720000');
    expect(editor.html).not.toContain('<script');
  });

  it('answers this consent with the amount that was typed, and the next one as before', async () => {
    const editor = await toEditor();
    const amount = placeOf(editor, '合計所得金額', 2);
    const card = await submit(editor, { decision: 'save', [amount]: '４，１００，０００' });
    expect(card.html).toContain('番号 花子の回答を編集しました。');
    expect((await answerOf(card)).records[0]?.fields).toMatchObject({ 合計所得金額: 4_100_000 });
    const next = await answerOf(await toCard());
    expect(next.records[0]?.fields).toMatchObject({ 合計所得金額: 3_720_000 });
    expect(sandbox.control.listPersonas()).toEqual(personas);
  });

  it('changes nothing in a space, where the same person consents at the same time', async () => {
    const space = sandbox.space('another');
    const [editor, elsewhere] = [await toEditor(), await toCard('ja', space)];
    const amount = placeOf(editor, '合計所得金額', 2);
    await submit(editor, { decision: 'save', [amount]: '1' });
    const { records } = await answerOf(elsewhere, { portal: space });
    expect(records[0]?.fields).toMatchObject({ 合計所得金額: 3_720_000 });
  });

  it('makes an amount null, which is not zero, and leaves a field out', async () => {
    const editor = await toEditor();
    const [amount, part] = [placeOf(editor, '合計所得金額', 2), placeOf(editor, '申告区分', 2)];
    const card = await submit(editor, {
      ...{ decision: 'save', [amount]: '', [typeOf(amount)]: 'null' },
      [typeOf(part)]: 'absent',
    });
    const { fields } = (await answerOf(card)).records[0] ?? {};
    expect(fields).toMatchObject({ 合計所得金額: null, 給与収入金額: 5_200_000 });
    expect(fields).not.toHaveProperty('申告区分');
  });

  it('leaves a record out, so that the one before it is the latest', async () => {
    const editor = await toEditor();
    const out = beside(placeOf(editor, '合計所得金額', 2), 'out');
    const card = await submit(editor, { decision: 'save', [out]: 'yes' });
    expect((await answerOf(card)).records[0]?.fields).toMatchObject({ 課税年度: '2025' });
  });

  it('adds a record of another holder, which is answered beside the first', async () => {
    const editor = await toEditor('mover');
    const decision = `add-${choiceOf(placeOf(editor, '合計所得金額')).slice(1)}`;
    const longer = await submit(editor, { decision });
    const holder = beside(placeOf(longer, '合計所得金額', 2), 'holder');
    const card = await submit(longer, { decision: 'save', [holder]: '見本県新町' });
    const asked = inquiry('TM00000000000002', 'range', { from: '20260401', to: '20270331' });
    const { records } = await answerOf(card, { persona: 'mover', asked });
    expect(records.map((record) => record.holder)).toContain('見本県新町');
    expect(records).toHaveLength(2);
  });

  it('gives a person who has nothing on record one more record to fill in', async () => {
    const editor = await toEditor('newcomer');
    expect(placeOf(editor, '合計所得金額')).toBe('no input is labelled 合計所得金額');
    const [, decision = ''] = /value="(add-\d+)">地方税/.exec(editor.html) ?? [];
    const longer = await submit(editor, { decision });
    const amount = placeOf(longer, '合計所得金額');
    const card = await submit(longer, { decision: 'save', [amount]: '100' });
    const { status, records } = await answerOf(card, { persona: 'newcomer' });
    expect(status).toBe(itemStatuses.present.value);
    expect(records[0]?.fields).toMatchObject({ 合計所得金額: 100 });
  });

  it.each([
    ['none', itemStatuses['nothing-on-record'].value],
    ['not-covered', itemStatuses['not-covered'].value],
  ])('answers %s in place of the records', async (answer, status) => {
    const editor = await toEditor();
    const choice = choiceOf(placeOf(editor, '合計所得金額'));
    const item = await answerOf(await submit(editor, { decision: 'save', [choice]: answer }));
    expect(item).toMatchObject({ status, records: [] });
  });

  it('takes further fields as a JSON object', async () => {
    const editor = await toEditor();
    const more = beside(placeOf(editor, '合計所得金額', 2), 'more');
    const card = await submit(editor, { decision: 'save', [more]: '{"備考": ["a", {"b": true}]}' });
    const { fields } = (await answerOf(card)).records[0] ?? {};
    expect(fields).toMatchObject({ 備考: ['a', { b: true }], 合計所得金額: 3_720_000 });
  });

  it.each([
    ['ja', '保存せずに戻る', 'cancel'],
    ['en', 'Return without saving', 'cancel'],
    ['ja', '編集前の回答に戻す', 'undo'],
    ['en', 'Restore the answer as it was', 'undo'],
  ])('leaves the answer as it was, in %s: %s', async (language, label, decision) => {
    const first = await toEditor('hanako', language);
    const amount = placeOf(first, '合計所得金額', 2);
    const saved = await submit(first, { decision: 'save', [amount]: '1' });
    const editor = await submit(saved, { decision: 'edit', persona: 'hanako' });
    // What was saved before is what the editor begins with.
    expect(valueAt(editor, amount)).toBe('1');
    expect(editor.html).toContain(`value="${decision}">${label}<`);
    const card = await submit(editor, { decision, [amount]: '2' });
    const { records } = await answerOf(card);
    const expected = decision === 'cancel' ? 1 : 3_720_000;
    expect(records[0]?.fields).toMatchObject({ 合計所得金額: expected });
  });
});

describe('a place of the editor that cannot be right', () => {
  it.each([
    ['合計所得金額', '三百万', '数値を入力してください', 'Enter a number'],
    ['合計所得金額', '90071992547409930', '数値を入力してください', 'Enter a number'],
    ['保有機関の名称', '', '保有機関の名称を入力してください。', 'Enter the name of the holder.'],
    ['基準日', '2026-02-30', '実在する日付', 'a date that exists'],
    ['年度', '26', '1900〜2999の年度', 'from 1900 to 2999'],
  ])('is marked: %s "%s". Nothing that was typed is lost', async (label, typed, ja, en) => {
    const editor = await toEditor();
    const [place, other] = [placeOf(editor, label), placeOf(editor, '給与収入金額', 1)];
    const again = await submit(editor, { decision: 'save', [place]: typed, [other]: '77' });
    expect(again.status).toBe(400);
    expect(again.html).toContain('<title>エラー: ');
    expect(again.html).toContain(`href="#${place}"`);
    expect(again.html).toMatch(new RegExp(`id="${place}-problem">[^<]*${ja}`));
    const field = again.html.slice(again.html.indexOf(`id="${place}" name`)).split('>', 1)[0];
    expect(field).toContain(`aria-invalid="true" aria-describedby="${place}-problem"`);
    expect([valueAt(again, place), valueAt(again, other)]).toEqual([typed, '77']);
    const english = await submit(again, { decision: 'en' });
    expect(english.html).toMatch(new RegExp(`id="${place}-problem">[^<]*${en}`));
    expect([valueAt(english, place), valueAt(english, other)]).toEqual([typed, '77']);
    expect((await answerOf(await toCard())).status).toBe(itemStatuses.present.value);
  });

  it('is said to be the order of two days', async () => {
    const editor = await toEditor();
    const from = placeOf(editor, '有効期間の開始日');
    const to = placeOf(editor, '有効期間の終了日');
    const typed = { [from]: '2026-03-02', [to]: '2026-03-01' };
    const again = await submit(editor, { decision: 'save', ...typed });
    expect(again.html).toContain(`id="${to}-problem">終了日を開始日以降にしてください。`);
  });

  it('leaves no typed text in the journal', async () => {
    const editor = await toEditor();
    const [place, holder] = [placeOf(editor, '合計所得金額'), placeOf(editor, '保有機関の名称')];
    await submit(editor, { decision: 'save', [place]: 'CANARY-1', [holder]: 'CANARY-2' });
    await submit(editor, { decision: 'save', [holder]: 'CANARY-3' });
    const journal = JSON.stringify(sandbox.journal);
    expect(journal).not.toContain('CANARY');
    expect(sandbox.journal.map(({ code }) => code)).toContain('answer_invalid');
  });

  it('is no citizen: without a chosen card the page of the card says so', async () => {
    const page = await submit(await toCard(), { decision: 'edit' });
    expect(page.status).toBe(400);
    expect(page.html).toContain('name="pin"');
  });
});

describe('an answer that cannot be edited here', () => {
  it('says so when it has more than twenty records, and stays as it is', async () => {
    const record = { server: 'municipal', holder: '見本市', fields: { 合計所得金額: 1 } };
    const many: Persona = {
      ...{ id: 'many', name: '見本 多', pin: '1234' },
      records: { 'local-tax': Array.from({ length: 21 }, () => record) },
    };
    sandbox = createSandbox({ registrations: [registration], personas: [many], clock });
    const editor = await toEditor('many');
    expect(editor.html).toContain('レコードが多いため、ここでは編集できません。');
    const card = await submit(editor, { decision: 'save' });
    const { location } = await submit(card, { decision: 'agree', persona: 'many', pin: '1234' });
    const { body } = await exchange(sandbox, callbackOf(location).code ?? '');
    const asked = inquiry('TM00000000000002', 'range', { from: '20260401', to: '20270331' });
    const [item] = await answerTo(sandbox, String(body.access_token), asked);
    expect(item?.records).toHaveLength(21);
  });
});
