import { type FetchLike, publicProfile, type WireProfile } from '../../src/index.js';
import { NOTICE_URI } from '../kit/loan.js';

/** A profile with an acknowledgement and with notices. */
export const noticing: WireProfile = {
  ...publicProfile,
  id: 'noticing-1',
  acknowledgement: { value: '/acknowledgement', confidence: 'unknown' },
  notices: { value: 'unauthenticated', confidence: 'unknown' },
};

/** Returns a notice about a process, as the portal sends it. */
export const noticeOf = (processId: string) =>
  new Request(NOTICE_URI, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ process_id: processId }),
  });

/** Counts the calls to one path. */
export const countOf = (calls: readonly string[], path: string) =>
  calls.filter((called) => called === path).length;

/**
 * Intercepts polls: the first `running` ones say that the portal is working. Without `retryAfter`
 * they do not say when to ask again.
 */
export function working(running: number, retryAfter?: number) {
  const state = { processId: '', polls: 0 };
  const intercept = async (request: Request, pass: FetchLike) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/request') {
      const response = await pass(request);
      state.processId = await processIdOf(response);
      return response;
    }
    if (pathname !== '/result') return pass(request);
    if (state.polls++ >= running) return ready(request, pass);
    return Response.json(
      { process_id: state.processId, process_status: 'RUNNING' },
      { headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) } },
    );
  };
  return { state, intercept };
}

/** Returns the process id in the response to a request. */
export async function processIdOf(response: Response): Promise<string> {
  return ((await response.clone().json()) as { readonly process_id: string }).process_id;
}

/** Asks the sandbox until its own running polls are over. */
async function ready(request: Request, pass: FetchLike): Promise<Response> {
  await pass(request.clone());
  return pass(request);
}
