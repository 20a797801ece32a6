// 所得の情報を取得する流れ。SDK を呼ぶのはこのファイルだけで、HTTP も HTML も知らない。
import { type Collected, isSelfInfoError, latest, type SelfInfoError } from 'myna-selfinfo';
import type { Answers } from './answers.js';
import { compareNames } from './prefill.js';
import type { housingLoan, LoanAnswer, LoanClient } from './service.js';
import { randomId, type Session } from './session.js';

type Waiting = Extract<Collected<typeof housingLoan>, { status: 'pending' | 'unavailable' }>;

/** セッションに置くもの。照会票（retrieval）は秘密を含まない JSON で、再起動のあとでも client.resume に渡せる。 */
export type IncomeState =
  | { readonly status: 'none' | 'consenting' | 'wrong-person' | 'ready'; readonly retrieval?: string }
  | { readonly status: 'asked'; readonly retrieval: string; readonly said?: Waiting; readonly askAgainAt: number }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

/** 画面に見せるもの。 */
export type IncomeView =
  | { readonly status: 'none' | 'consenting' | 'wrong-person' }
  | { readonly status: 'pending'; readonly result: Waiting; readonly waitMs: number }
  | { readonly status: 'unavailable'; readonly result: Waiting }
  | { readonly status: 'failed'; readonly error: SelfInfoError; readonly askAgain: boolean }
  | { readonly status: 'ready'; readonly answer: LoanAnswer };

/** コールバックのあとに行く先。 */
export type Arrival = 'income' | 'nowhere' | 'declined' | 'expired' | 'replayed' | 'unknown' | 'foreign-browser' | 'rejected';

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
      const outcome = await client.completeConsent(request, { sessionBinding: session?.id ?? randomId() });
      if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation') return 'nowhere';
      // 同じ URL が二度開かれたときは、1回目の結果を見せる。
      if (outcome.status === 'replayed') return session === undefined || session.income.status === 'none' ? 'replayed' : 'income';
      if (outcome.status === 'rejected') console.warn(`The callback was rejected at ${outcome.at}: ${outcome.code}`);
      // この同意はここで終わり。よそのブラウザのものや、知らないものは、このセッションの同意とは関わりがない。
      if (session?.income.status === 'consenting' && ENDS.includes(outcome.status)) session.income = { status: 'none' };
      if (session === undefined || outcome.status !== 'granted') return outcome.status === 'granted' ? 'unknown' : outcome.status;
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
      const answer = await answers.get(session.id);
      return answer === undefined ? { status: 'none' } : { status: 'ready', answer };
    }
    if (state.status === 'failed') return { ...state, askAgain: false };
    if (state.status !== 'asked') return { status: state.status };
    // 相手が示した時刻より前には尋ねない。
    if (now() < state.askAgainAt && state.said !== undefined) return show(state.said, state.askAgainAt);
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
    await answers.put(session.id, said.answer);
    session.income = { status: 'ready', retrieval: state.retrieval };
    return { status: 'ready', answer: said.answer };
  }

  function show(said: Waiting, askAgainAt: number): IncomeView {
    return said.status === 'pending' ? { status: 'pending', result: said, waitMs: Math.max(askAgainAt - now(), 0) } : { status: 'unavailable', result: said };
  }

  /** 利用者が破棄した: 応答への道（トークン）も、届いた情報も残さない。 */
  async function drop(session: Session): Promise<void> {
    await forgetWay(session);
    await answers.erase(session.id);
    session.income = { status: 'none' };
  }

  /** 利用者が確かめて申し込んだ: 情報は同意の期間だけ残り、トークンはもう要らない。 */
  async function confirm(session: Session): Promise<LoanAnswer | undefined> {
    const answer = session.income.status === 'ready' ? await answers.get(session.id) : undefined;
    if (answer === undefined) return undefined;
    await forgetWay(session);
    session.income = { status: 'ready' };
    return answer;
  }

  async function forgetWay({ income }: Session): Promise<void> {
    if ('retrieval' in income && income.retrieval !== undefined) await client.discard(client.resume(income.retrieval));
  }

  return { availability: () => client.availability(), begin, complete, look, drop, confirm };
}
