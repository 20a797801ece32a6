// 所得の情報を取得する流れ。SDK を呼ぶのはこのファイルだけで、HTTP も HTML も知らない。
import { type Collected, isSelfInfoError, latest, type SelfInfoError } from 'myna-selfinfo';
import type { Answers } from './answers.js';
import { compareNames } from './prefill.js';
import type { housingLoan, LoanAnswer, LoanClient } from './service.js';
import { randomId, type Session } from './session.js';

type Waiting = Extract<Collected<typeof housingLoan>, { status: 'pending' | 'unavailable' }>;

/** セッションに置くもの。照会票（retrieval）は秘密を含まない JSON で、再起動のあとでも client.resume に渡せる。 */
export type IncomeState =
  | { readonly status: 'none' | 'consenting' | 'wrong-person' }
  | {
      readonly status: 'asked';
      readonly retrieval: string;
      readonly said?: Waiting;
      readonly askAgainAt: number;
    }
  | { readonly status: 'ready'; readonly retrieval: string; readonly ref: string }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

/** 申込みとともに残すもの: vault の参照番号と、情報を保管できる終わり。 */
export interface Kept {
  readonly ref: string;
  readonly keptUntil: string;
}

/** 画面に見せるもの。 */
export type IncomeView =
  | { readonly status: 'none' | 'consenting' | 'wrong-person' | 'gone' }
  | { readonly status: 'pending'; readonly result: Waiting; readonly waitMs: number }
  | { readonly status: 'unavailable'; readonly result: Waiting }
  | { readonly status: 'failed'; readonly error: SelfInfoError; readonly askAgain: boolean }
  | { readonly status: 'ready'; readonly answer: LoanAnswer };

/** コールバックのあとに行く先。 */
export type Arrival =
  | 'income'
  | 'nowhere'
  | 'declined'
  | 'expired'
  | 'replayed'
  | 'unknown'
  | 'foreign-browser'
  | 'rejected';

/** 1回の画面表示で応答を待つ長さ。届かなければ「取得しています」の画面を返し、あとでまた尋ねる。 */
const PATIENCE_MS = 1_000;
/** いつまた尋ねればよいか分からないときの間隔。 */
const PAUSE_MS = 3_000;
/** 同意が実を結ばずに終わったこと。 */
const ENDS: readonly string[] = ['declined', 'expired', 'rejected'];

export function createIncome(client: LoanClient, answers: Answers, now: () => number) {
  /** 同意の画面のURL。停止中ならカードをかざす前に知らせる（注※３）。止めるかどうかは事業者が決めることで、SDK は止めない。 */
  async function begin(session: Session): Promise<string | 'closed'> {
    if (client.availability().state === 'closed') return 'closed';
    await drop(session);
    const { url } = await client.beginConsent({ sessionBinding: session.id });
    session.income = { status: 'consenting' };
    return url;
  }

  /**
   * 戻ってきた利用者を受け取り、照会を出すところまで。応答は待たない。
   * リクエストの中断（signal）は渡さない: 二度押しされると1回目は中断されるが、認可コードを使えるのはその1回目だけだから。
   */
  async function complete(session: Session | undefined, request: Request): Promise<Arrival> {
    try {
      // セッションのないブラウザは、どの同意とも対応しない番号で確かめる。よそのブラウザが開いても、何も使われない。
      const outcome = await client.completeConsent(request, {
        sessionBinding: session?.id ?? randomId(),
      });
      if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation') return 'nowhere';
      // 同じ URL が二度開かれたときは、1回目の結果を見せる。
      if (outcome.status === 'replayed')
        return session === undefined || (session.income.status === 'none' && !session.receipt)
          ? 'replayed'
          : 'income';
      if (outcome.status === 'rejected')
        console.warn(`The callback was rejected at ${outcome.at}: ${outcome.code}`);
      // この同意はここで終わり。よそのブラウザのものや、知らないものは、このセッションの同意とは関わりがない。
      if (session?.income.status === 'consenting' && ENDS.includes(outcome.status))
        session.income = { status: 'none' };
      if (session === undefined || outcome.status !== 'granted')
        return outcome.status === 'granted' ? 'unknown' : outcome.status;
      if (session.receipt !== undefined) {
        // 別のタブで申し込んだあとに戻ってきた同意は、使わない。
        await client.discard(outcome.grant);
        return 'income';
      }
      if (session.income.status !== 'consenting') {
        // 別のタブで先に取得したものがあれば、新しいほうに置き換える。
        await drop(session);
        session.income = { status: 'consenting' };
      }
      const retrieval = await client.submit(outcome.grant, latest());
      // 応答を待つ前に保存する。待っているあいだに画面を閉じられても、あとで受け取れる。
      session.income = { status: 'asked', retrieval: JSON.stringify(retrieval), askAgainAt: now() };
      return 'income';
    } catch (error) {
      if (!isSelfInfoError(error) || session === undefined) throw error;
      session.income = { status: 'failed', error };
      return 'income';
    }
  }

  /** いまの状況。応答が届いていれば受け取る。 */
  async function look(session: Session): Promise<IncomeView> {
    const state = session.income;
    if (state.status === 'ready') {
      const answer = await answers.get(state.ref, '申込画面での確認');
      return answer === undefined ? { status: 'gone' } : { status: 'ready', answer };
    }
    if (state.status === 'failed') return { ...state, askAgain: false };
    if (state.status !== 'asked') return { status: state.status };
    // 相手が示した時刻より前には尋ねない。
    if (now() < state.askAgainAt && state.said !== undefined)
      return show(state.said, state.askAgainAt);
    let said: Collected<typeof housingLoan>;
    try {
      said = await client.collect(client.resume(state.retrieval), { deadlineMs: PATIENCE_MS });
    } catch (error) {
      if (!isSelfInfoError(error)) throw error;
      // 通信が切れただけかもしれない。照会票はそのまま残し、もう一度受け取れるようにする。
      return { status: 'failed', error, askAgain: true };
    }
    // 待っているあいだに、別のタブで破棄されたり、やり直されたりしたかもしれない。
    if (session.income !== state) return look(session);
    if (said.status === 'pending' || said.status === 'unavailable') {
      const time = said.status === 'pending' ? said.retryAt : said.until;
      const askAgainAt = time === null ? now() + PAUSE_MS : Date.parse(time);
      session.income = { ...state, said, askAgainAt };
      return show(said, askAgainAt);
    }
    if (said.status === 'failed') {
      await drop(session);
      session.income = { status: 'failed', error: said.error };
      return look(session);
    }
    if (compareNames(said.answer, session.application?.name ?? '') === 'different') {
      // 別の方の情報は、見せも残しもしない。
      await drop(session);
      session.income = { status: 'wrong-person' };
      return look(session);
    }
    const ref = await answers.put(said.answer);
    if (session.income !== state) {
      // 保管しているあいだに、別のタブが先に受け取ったか、破棄した。
      await answers.erase(ref, '重複または破棄');
      return look(session);
    }
    session.income = { status: 'ready', retrieval: state.retrieval, ref };
    return { status: 'ready', answer: said.answer };
  }

  function show(said: Waiting, askAgainAt: number): IncomeView {
    return said.status === 'pending'
      ? { status: 'pending', result: said, waitMs: Math.max(askAgainAt - now(), 0) }
      : { status: 'unavailable', result: said };
  }

  /** 利用者が破棄した: 応答への道（トークン）も、届いた情報も残さない。 */
  async function drop(session: Session): Promise<void> {
    const { income } = session;
    session.income = { status: 'none' };
    try {
      if (income.status === 'ready') await answers.erase(income.ref, '申込みに使わなかった');
      await forgetWay(income);
    } catch (error) {
      // 消せなかったものを忘れない: もう一度破棄できる。
      if (session.income.status === 'none') session.income = income;
      throw error;
    }
  }

  /** 利用者が確かめて申し込んだ: 情報は同意の期間だけ vault に残り、トークンはもう要らない。返る ref を申込みとともに残す。 */
  async function confirm(session: Session): Promise<Kept | undefined> {
    const { income } = session;
    if (income.status !== 'ready') return undefined;
    const answer = await answers.get(income.ref, '申込みの受付');
    if (answer === undefined) return undefined;
    await forgetWay(income);
    // 待っているあいだに、別のタブで申し込まれたり、破棄されたりしたかもしれない。
    if (session.income !== income) return undefined;
    session.income = { status: 'none' };
    return { ref: income.ref, keptUntil: answer.terms.keepUntil };
  }

  /** 審査の担当者が見る。申込みと同じ目的なので読める。期間が終わったあとは undefined。 */
  const review = (ref: string, number: string) => answers.get(ref, `受付番号 ${number} の審査`);

  async function forgetWay(income: IncomeState): Promise<void> {
    if ('retrieval' in income) await client.discard(client.resume(income.retrieval));
  }

  return {
    availability: () => client.availability(),
    begin,
    complete,
    look,
    drop,
    confirm,
    review,
  };
}
