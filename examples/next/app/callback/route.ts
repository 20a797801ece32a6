import { isSelfInfoError, latest, type SelfInfoError } from 'myna-selfinfo';
import { seeOther } from '../../lib/see-other';
import { selfinfo } from '../../lib/selfinfo';
import { findSession } from '../../lib/session';

export async function GET(request: Request): Promise<Response> {
  const session = await findSession();
  const outcome = await selfinfo().completeConsent(request, {
    sessionBinding: session?.id ?? 'none',
  });
  // プリフェッチや HEAD。エラーを返せば、ブラウザは結果を捨て、利用者が開いたときに取り直す。
  if (outcome.status === 'rejected' && outcome.code === 'not_a_navigation')
    return new Response(null, { status: 503, headers: { 'cache-control': 'no-store' } });
  if (outcome.status === 'granted' && session) {
    // 同意はこのプロセスでしか使えない。同意を受け取ったら、その場で照会を送る。
    const sent = await selfinfo().submit(outcome.grant, latest()).catch(faultOf);
    const { retrieval: earlier } = session;
    const isRefused = isSelfInfoError(sent);
    session.retrieval = isRefused ? undefined : sent;
    session.result = isRefused ? sent : undefined;
    // 前の照会のトークンを残さない。
    if (earlier !== undefined) await selfinfo().discard(earlier);
    return seeOther('/result');
  }
  // 同じURLが二度開かれたときは、1回目の結果を見せる。
  if (outcome.status === 'replayed' && session) return seeOther('/result');
  if (outcome.status === 'rejected' && session) session.rejected = outcome;
  return seeOther(`/result?outcome=${outcome.status}`);
}

/** SDK のエラーはログに残して値として返し、ほかはそのまま投げる。 */
function faultOf(error: unknown): SelfInfoError {
  if (!isSelfInfoError(error)) throw error;
  console.error(error.message);
  return error;
}
