import { beforeEach, expect, it } from 'vitest';
import { createSandbox, createVirtualClock, type Sandbox } from '../../src/sandbox/index.js';
import { loan, NOW, registrationOf } from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';
import { inquiry, journey } from './steps.js';

// What the portal could publish. NOW is 2026-12-01 10:00.
const TEXT = `自己情報取得APIの停止について
12月1日(火) 9:00 〜 12:00（税・所得情報のみ）`;
const ALL = '自己情報取得APIの停止 12月1日(火) 9:00 〜 12月1日(火) 18:00';
const UNCLEAR = '自己情報取得APIは12月1日(火) 9:00から停止します。';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox({
    registrations: [registrationOf(loan)],
    clock: createVirtualClock(NOW),
  });
});

/** Returns the status of the item that is asked for at each server of the local tax. */
async function missing(): Promise<readonly unknown[]> {
  const [item] = await journey(sandbox, 'hanako', inquiry('TM00000000000002', 'latest'));
  return item?.missing.map(({ until }) => until) ?? [];
}

it('closes what a notice closes, until the end that it names', async () => {
  expect(await missing()).toEqual([]);
  const [read] = sandbox.control.putNotices([{ text: ALL }]);
  expect(read).toMatchObject({
    text: ALL,
    publishedAt: '2026-12-01T10:00:00+09:00',
    announcements: [
      {
        target: 'all',
        state: 'closed',
        start: '2026-12-01T09:00:00+09:00',
        end: '2026-12-01T18:00:00+09:00',
        source: ALL,
      },
    ],
    notUnderstood: [],
  });
  expect(await missing()).toHaveLength(1);
  sandbox.clock.set('2026-12-01T18:00:00+09:00');
  expect(await missing()).toEqual([]);
});

it('returns what was not understood with its reason, and closes nothing for it', async () => {
  const [read] = sandbox.control.putNotices([{ text: UNCLEAR, publishedAt: '2026-11-24' }]);
  expect(read?.announcements).toEqual([]);
  expect(read?.notUnderstood).toMatchObject([{ text: UNCLEAR, line: 1 }]);
  expect(read?.notUnderstood[0]?.reason.ja).toMatch(/。$/);
  expect(await missing()).toEqual([]);
});

it('keeps the announcements beside the notices, and two notices beside each other', async () => {
  const { control } = sandbox;
  const stop = {
    id: 'stop-1',
    target: { detail: 'household' },
    state: 'closed',
    start: '2026-12-01T09:00+09:00',
    end: '2026-12-01T12:00+09:00',
    announcedAt: '2026-12-01T08:00+09:00',
    source: 'test',
  } as const;
  control.putNotices([{ text: ALL }, { text: TEXT }]);
  control.putAnnouncements([stop]);
  expect(control.listNotices().map(({ text }) => text)).toEqual([ALL, TEXT]);
  expect(control.listAnnouncements()).toEqual([stop]);
  expect(await missing()).toHaveLength(1);
  control.putNotices([]);
  expect(control.listAnnouncements()).toEqual([stop]);
  expect(await missing()).toEqual([]);
  const [household] = await journey(sandbox, 'hanako', inquiry('household', 'latest'));
  expect(household?.missing).toHaveLength(1);
});

it('has no notices after a reset, and none of another space', async () => {
  const { control } = sandbox;
  control.putNotices([{ text: ALL }]);
  expect(sandbox.space('other').control.listNotices()).toEqual([]);
  control.reset();
  expect(control.listNotices()).toEqual([]);
  expect(await missing()).toEqual([]);
});

it.each([
  ['no list', 5, undefined],
  ['no text', [{}], 'notices[0].text'],
  ['a long text', [{ text: 'x'.repeat(65_537) }], 'notices[0].text'],
  ['too many lines', [{ text: ALL }, { text: 'x\n'.repeat(2_000) }], 'notices[1].text'],
  ['an unknown time', [{ text: ALL, publishedAt: 'x' }], 'notices[0].publishedAt'],
  ['an unknown key', [{ text: ALL, url: 'x' }], 'notices[0].url'],
])('refuses %s and keeps the notices that were there', async (_, given, path) => {
  const { control } = sandbox;
  control.putNotices([{ text: TEXT }]);
  if (path === undefined) expect(() => control.putNotices(given as never)).toThrow(TypeError);
  else
    expect(await refusalOf(() => control.putNotices(given as never))).toEqual([
      'invalid_option',
      path,
    ]);
  expect(control.listNotices().map(({ text }) => text)).toEqual([TEXT]);
});
