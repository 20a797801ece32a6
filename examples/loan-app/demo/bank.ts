// サンドボックスにつないだみほん銀行と、その時計。
import {
  createSelfInfoClient,
  isSelfInfoError,
  publicProfile,
  systemClock,
  type VirtualClock,
  type WireProfile,
} from 'myna-selfinfo';
import { startSandbox } from 'myna-selfinfo/sandbox';
import { createLoanVault } from '../answers.js';
import { createLoanApp } from '../app.js';
import { housingLoan } from '../service.js';
import { exampleOf } from './applicants.js';
import { type DemoOrder, type DemoState, faultsOf, lastKept } from './controls.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HALF_DAY_MS = 12 * HOUR_MS;
const MORNING = '2026-12-01T10:00:00+09:00';

/** 実際の時間で進み、動かすこともできる時計。 */
export function createMovableClock(): VirtualClock {
  let aheadMs = Date.parse(MORNING) - Date.now();
  return {
    now: () => Date.now() + aheadMs,
    wait: systemClock.wait,
    advance(ms) {
      aheadMs += ms;
    },
    set(to) {
      aheadMs = (typeof to === 'string' ? Date.parse(to) : Number(to)) - Date.now();
    },
  };
}

export interface BankOptions {
  readonly origin: string;
  readonly clock: VirtualClock;
  readonly state: DemoState;
  /** コールバックを POST で受け取る（form_post）。 */
  readonly posted?: boolean;
  /** 銀行の style.css などのあるフォルダー。 */
  readonly files?: URL | undefined;
}

export type Bank = Awaited<ReturnType<typeof openBank>>;

/** コールバックを POST で送る通信プロファイル。内容を変えたので、id も変える。 */
const postingProfile: WireProfile = {
  ...publicProfile,
  id: 'demo-form-post',
  oauth: { ...publicProfile.oauth, responseMode: { value: 'form_post', confidence: 'unknown' } },
};

/** サンドボックスとつなぐ。本物につなぐときに変わるのは、この environment と tls だけ。 */
export async function openBank({ origin, clock, state, posted = false, files }: BankOptions) {
  const sandbox = await startSandbox({
    registrations: [
      {
        clientId: 'SP00000001_HL0001',
        redirectUris: [`${origin}/callback`],
        service: housingLoan,
        // 同意の画面に表示される。
        provider: {
          name: '株式会社みほん銀行',
          contact: '0120-000-000（平日9時〜17時）',
          privacyPolicy: `${origin}/privacy`,
        },
      },
    ],
    faults: faultsOf(state),
    clock,
    ...(posted && { profile: postingProfile }),
  });
  // random: 障害のあとにやり直すまでの間隔を、毎回同じにする。
  const client = createSelfInfoClient({
    service: housingLoan,
    ...sandbox.connection,
    random: () => 1,
  });
  state.events = [];
  const vault = createLoanVault({
    clock,
    onEvent(event) {
      if (event.type !== 'swept' || event.records > 0) state.events = [...state.events, event];
    },
  });
  const app = createLoanApp({
    client,
    vault,
    origin,
    portal: sandbox.browserUrl,
    posted,
    clock,
    example: () => exampleOf(state.person),
    ...(files && { files }),
  });
  async function close() {
    await client.close();
    await sandbox.close();
  }
  return { ...app, sandbox, vault, close };
}

/** 動いているデモ。障害を選ぶと、bank は新しいものに替わる。 */
export interface Demo extends BankOptions {
  bank: Bank;
}

/** 操作盤のボタンが押された。 */
export async function carryOut(demo: Demo, { time, person, trouble, kept }: DemoOrder) {
  const { clock, state } = demo;
  state.tried = undefined;
  if (time === 'later') clock.advance(6 * MINUTE_MS);
  else if (time !== undefined) await moveTo(demo, Date.parse(time));
  if (person !== undefined) state.person = person;
  const last = lastKept(state);
  if (kept === 'over' && last !== undefined)
    await moveTo(demo, Math.max(Date.parse(last.keepUntil) + 10 * HOUR_MS, clock.now()));
  if (kept === 'marketing' && last !== undefined)
    state.tried = await tryMarketing(demo.bank, last.ref);
  if (trouble === undefined || trouble === state.trouble) return;
  // 障害はサンドボックスを作るときに決まるので、つなぎ直す。途中の申込みは失われる。
  state.trouble = trouble;
  await reopen(demo);
}

/** 時計を動かす。期間をまたいでも、通常どおり片付けが動いていたように、半日ずつ進める（保管庫は、24時間を超えて進んだ時計を信用しない）。 */
async function moveTo(demo: Demo, to: number) {
  const { clock } = demo;
  if (to < clock.now() - HOUR_MS) {
    // 保管庫の時刻は戻らない。過去に戻るときは、初めからやり直す。
    clock.set(to);
    await reopen(demo);
  }
  await demo.bank.tidy();
  while (clock.now() < to) {
    clock.set(Math.min(clock.now() + HALF_DAY_MS, to));
    await demo.bank.tidy();
  }
  clock.set(to);
}

async function reopen(demo: Demo) {
  await demo.bank.close();
  demo.bank = await openBank(demo);
}

/** 同意された目的と異なる目的で読もうとする。読めてはならない。 */
async function tryMarketing({ vault }: Bank, ref: string): Promise<'refused' | 'gone'> {
  try {
    await vault.read(ref, { purpose: 'marketing', reason: 'カードローンのご案内' });
  } catch (error) {
    if (isSelfInfoError(error, 'purpose_refused')) return 'refused';
    if (isSelfInfoError(error)) return 'gone';
    throw error;
  }
  throw new Error('The vault returned data for another purpose.');
}
