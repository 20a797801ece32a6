import {
  type Collected,
  type ConsentOutcome,
  explain,
  isSelfInfoError,
  type Language,
  type Retrieval,
} from 'myna-selfinfo';
import { selfinfo } from '../../lib/selfinfo';
import type { loan } from '../../lib/service.mjs';
import { findSession, type Session } from '../../lib/session';
import { language, texts } from '../../lib/texts';
import { forget } from '../actions';

const outcomes = ['declined', 'expired', 'replayed', 'unknown', 'foreign-browser'] as const;

export default async function Page({ searchParams }: PageProps<'/result'>) {
  const lang = await language();
  const session = await findSession();
  // コールバックが付けた outcome。ほかの値は unknown とみなす。
  const { outcome } = await searchParams;
  const isKnown = outcome === undefined && session !== undefined;
  return (
    <>
      <h1>{texts[lang].title}</h1>
      <p role="status">
        {isKnown ? await resultOf(session, lang) : explain(outcomeOf(session, outcome), lang)}
      </p>
      {/* <Link> は使わない: プリフェッチされ、スクリプトで遷移する。 */}
      <p>
        <a href="/result">{texts[lang].again}</a> <a href="/">{texts[lang].home}</a>
      </p>
      {isKnown && (
        <form action={forget}>
          <button type="submit">{texts[lang].forget}</button>
        </form>
      )}
    </>
  );
}

/** 同意が得られなかった理由。受け付けられなかったときは、エラー番号を示すためにセッションのものを使う。 */
function outcomeOf(session: Session | undefined, outcome: unknown): ConsentOutcome {
  if (outcome === 'rejected')
    return session?.rejected ?? { status: outcome, at: 'callback', code: 'callback_rejected' };
  return { status: outcomes.find((one) => one === outcome) ?? 'unknown' };
}

/** 結果の文。まだなければ取得する。コールバックと同じクライアントでなければ、照会票は見つからない。 */
async function resultOf(session: Session, lang: Language): Promise<string> {
  const { retrieval } = session;
  if (retrieval !== undefined) {
    const collected = await selfinfo().collect(retrieval, { deadlineMs: 3_000 });
    // 再読み込みや別のタブが先に受け取り終えていれば、その結果を残す。
    if (session.retrieval === retrieval) await keep(session, retrieval, collected);
  }
  const { result } = session;
  if (result === undefined) return explain({ status: 'unknown' }, lang);
  if (isSelfInfoError(result) || result.status !== 'ready') return explain(result, lang);
  const { income } = result.answer.items;
  return income.status === 'present'
    ? explain(income, lang) + texts[lang].found(income.reveal().length)
    : explain(income, lang);
}

async function keep(
  session: Session,
  retrieval: Retrieval<typeof loan>,
  result: Collected<typeof loan>,
): Promise<void> {
  session.result = result;
  // 画面の文は利用者のためのもの。原因はログに残す。秘密の値は入らない。
  if (result.status === 'failed') console.error(result.error.message);
  if (result.status !== 'ready' && result.status !== 'failed') return;
  // 受け取り終わった: トークンを残さない。
  session.retrieval = undefined;
  await selfinfo().discard(retrieval);
}
