// 所得の情報を取得する流れ。SDK を呼ぶのはこのファイルだけで、HTTP も HTML も扱わない。
import { type Collected, isSelfInfoError, latest, type SelfInfoError } from 'myna-selfinfo';
import type { Answers } from './answers.js';
import { compareNames } from './fields.js';
import type { housingLoan, LoanAnswer, LoanClient } from './service.js';
import { randomId, type Session } from './session.js';

type LoanResult = Collected<typeof housingLoan>;
type Waiting = Extract<LoanResult, { status: 'pending' | 'unavailable' }>;

/** セッションに置くもの。照会票（retrieval）は秘密を含まない JSON で、再起動のあとでも client.resume に渡せる。 */
export type IncomeState =
  | { readonly status: 'none' | 'consenting' | 'wrong-person' }
  | Submitted
  | { readonly status: 'ready'; readonly retrieval: string; readonly ref: string }
  | { readonly status: 'failed'; readonly error: SelfInfoError };

interface Submitted {
  readonly status: 'submitted';
  readonly retrieval: string;
  readonly lastResult?: Waiting;
  readonly nextCheckAt: number;
}

/** 申込みとともに残すもの: 保管庫の参照番号と、情報を保管できる期限。 */
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
  | { readonly status: 'ready'; readonly answer: LoanAnswer; readonly ref: string };

/** コールバックのあとに行く先。 */
export type Arrival =
  | 'income'
  | 'not-a-visit'
  | 'declined'
  | 'expired'
  | 'replayed'
  | 'unknown'
  | 'foreign-browser'
  | 'rejected';

/** 1回の画面表示で応答を待つ長さ。届かなければ「取得しています」の画面を返し、あとで再び確認する。 */
const PATIENCE_MS = 1_000;
/** 次に確認できる時刻が分からないときの間隔。 */
const PAUSE_MS = 3_000;
/** 同意が得られずに終わった結果。 */
const ENDS: readonly string[] = ['declined', 'expired', 'rejected'];

interface Context {
  readonly client: LoanClient;
  readonly answers: Answers;
  readonly now: () => number;
}

export type Income = ReturnType<typeof createIncome>;

export function createIncome(client: LoanClient, answers: Answers, now: () => number) {
  const context: Context = { client, answers, now };
  return {
    availability: () => client.availability(),
    begin: (session: Session) => begin(context, session),
    complete: (session: Session | undefined, request: Request) =>
      complete(context, session, request),
    check: (session: Session) => check(context, session),
    drop: (session: Session) => drop(context, session),
    confirm: (session: Session) => confirm(context, session),
    /** 受け付けた申込みの情報を読む。申込みと同じ目的なので読める。期間が終わったあとは undefined。 */
    read: ({ ref }: Kept, reason: string) => answers.get(ref, reason),
    /** 利用者が申込みを取り下げた: 期間を待たずに消す。 */
    withdraw: ({ ref }: Kept) => answers.erase(ref, '申込みの取下げ'),
  };
}

/** 同意の画面のURL。停止中ならカードをかざす前に案内する（注※３）。停止するかどうかは事業者が決めることで、SDK は停止しない。 */
async function begin(context: Context, session: Session): Promise<string | 'closed'> {
  const { client } = context;
  if (client.availability().state === 'closed') return 'closed';
  await drop(context, session);
  const { url } = await client.beginConsent({ sessionBinding: session.id });
  session.income = { status: 'consenting' };
  return url;
}

/**
 * 戻ってきた利用者を受け取り、照会を出すところまで。応答は待たない。
 * リクエストの中断（signal）は渡さない: 二度押しされると1回目は中断されるが、認可コードを使えるのはその1回目だけだから。
 */
async function complete(
  context: Context,
  session: Session | undefined,
  request: Request,
): Promise<Arrival> {
  const { client } = context;
  try {
    // セッションのないブラウザは、どの同意とも対応しない番号で確かめる。ほかのブラウザが開いても、何も使われない。
    const outcome = await client.completeConsent(request, {
      sessionBinding: session?.id ?? randomId(),
    });
    if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation') return 'not-a-visit';
    // 同じ URL が二度開かれたときは、1回目の結果を見せる。
    if (outcome.status === 'replayed')
      return session === undefined || (session.income.status === 'none' && !session.receipt)
        ? 'replayed'
        : 'income';
    if (outcome.status === 'rejected') {
      console.warn(`The callback was rejected at ${outcome.at}: ${outcome.code}`);
      if (session !== undefined) session.rejected = outcome;
    }
    // この同意はここで終わり。ほかのブラウザのものや未知のものは、このセッションの同意とは関わりがない。
    if (session?.income.status === 'consenting' && ENDS.includes(outcome.status))
      session.income = { status: 'none' };
    if (outcome.status !== 'granted') return outcome.status;
    if (session === undefined) return 'unknown';
    return await submit(context, session, outcome.grant);
  } catch (error) {
    if (!isSelfInfoError(error) || session === undefined) throw error;
    session.income = { status: 'failed', error };
    return 'income';
  }
}

async function submit(
  context: Context,
  session: Session,
  grant: Parameters<LoanClient['submit']>[0],
): Promise<'income'> {
  const { client, now } = context;
  if (session.receipt !== undefined) {
    // 別のタブで申し込んだあとに戻ってきた同意は、使わない。
    await client.discard(grant);
    return 'income';
  }
  if (session.income.status !== 'consenting') {
    // 別のタブで先に取得したものがあれば、新しいほうに置き換える。
    await drop(context, session);
    session.income = { status: 'consenting' };
  }
  const retrieval = JSON.stringify(await client.submit(grant, latest()));
  // 応答を待つ前に保存する。待っているあいだに画面を閉じられても、あとで受け取れる。
  session.income = { status: 'submitted', retrieval, nextCheckAt: now() };
  return 'income';
}

/** いまの状況。応答が届いていれば受け取る。 */
async function check(context: Context, session: Session): Promise<IncomeView> {
  const { answers, now } = context;
  const state = session.income;
  if (state.status === 'ready') {
    const answer = await answers.get(state.ref, '申込画面での確認');
    return answer === undefined ? { status: 'gone' } : { status: 'ready', answer, ref: state.ref };
  }
  if (state.status === 'failed') return { ...state, askAgain: false };
  if (state.status !== 'submitted') return { status: state.status };
  // マイナポータルが示した時刻より前には確認しない。
  if (now() < state.nextCheckAt && state.lastResult !== undefined)
    return viewOf(state.lastResult, state.nextCheckAt - now());
  return receive(context, session, state);
}

async function receive(context: Context, session: Session, state: Submitted): Promise<IncomeView> {
  const { client, now } = context;
  let result: LoanResult;
  try {
    const retrieval = client.resume(state.retrieval);
    result = await client.collect(retrieval, { deadlineMs: PATIENCE_MS });
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    // 通信が切れただけかもしれない。照会票はそのまま残し、もう一度受け取れるようにする。
    return { status: 'failed', error, askAgain: true };
  }
  // 待っているあいだに、別のタブで破棄されたり、やり直されたりしたかもしれない。
  if (session.income !== state) return check(context, session);
  if (result.status === 'pending' || result.status === 'unavailable') {
    const time = result.status === 'pending' ? result.retryAt : result.until;
    const nextCheckAt = time === null ? now() + PAUSE_MS : Date.parse(time);
    session.income = { ...state, lastResult: result, nextCheckAt };
    return viewOf(result, nextCheckAt - now());
  }
  if (result.status === 'failed') {
    await drop(context, session);
    session.income = { status: 'failed', error: result.error };
    return check(context, session);
  }
  return keep(context, session, state, result.answer);
}

/** 届いた情報を保管する。 */
async function keep(
  context: Context,
  session: Session,
  state: Submitted,
  answer: LoanAnswer,
): Promise<IncomeView> {
  const { answers } = context;
  if (compareNames(answer, session.application?.name ?? '') === 'different') {
    // 別の方の情報は、表示も保存もしない。
    await drop(context, session);
    session.income = { status: 'wrong-person' };
    return check(context, session);
  }
  const ref = await answers.put(answer);
  if (session.income !== state) {
    // 保管しているあいだに、別のタブが先に受け取ったか、破棄した。
    await answers.erase(ref, '重複または破棄');
    return check(context, session);
  }
  session.income = { status: 'ready', retrieval: state.retrieval, ref };
  return { status: 'ready', answer, ref };
}

function viewOf(result: Waiting, waitMs: number): IncomeView {
  return result.status === 'pending'
    ? { status: 'pending', result, waitMs: Math.max(waitMs, 0) }
    : { status: 'unavailable', result };
}

/** 利用者が破棄した: 応答を受け取るためのトークンも、届いた情報も残さない。 */
async function drop(context: Context, session: Session): Promise<void> {
  const { income } = session;
  session.income = { status: 'none' };
  try {
    if (income.status === 'ready') await context.answers.erase(income.ref, '申込みに使わなかった');
    await discardRetrieval(context, income);
  } catch (error) {
    // 消せなかったものを忘れない: もう一度破棄できる。
    if (session.income.status === 'none') session.income = income;
    throw error;
  }
}

/** 利用者が確かめて申し込んだ: 情報は同意の期間だけ保管庫に残り、トークンは不要になる。返る ref を申込みとともに残す。 */
async function confirm(context: Context, session: Session): Promise<Kept | undefined> {
  const { income } = session;
  if (income.status !== 'ready') return undefined;
  const answer = await context.answers.get(income.ref, '申込みの受付');
  if (answer === undefined) return undefined;
  await discardRetrieval(context, income);
  // 待っているあいだに、別のタブで申し込まれたり、破棄されたりしたかもしれない。
  if (session.income !== income) return undefined;
  session.income = { status: 'none' };
  return { ref: income.ref, keptUntil: answer.terms.keepUntil };
}

async function discardRetrieval({ client }: Context, income: IncomeState): Promise<void> {
  if ('retrieval' in income) await client.discard(client.resume(income.retrieval));
}
