import type { SandboxContext } from './context.js';
import { corrupt } from './fault-effects.js';
import { type Fault, faultHeader } from './faults.js';
import { Refusal } from './portal/refusals.js';
import { jsonRefusal } from './refusal-response.js';

/** A response, and the fault that is still to be injected into it. */
export interface Answered {
  readonly response: Response;
  readonly fault?: Fault | undefined;
}

/** Returns whether the codec gets a request: one to the API that does not belong to OAuth. */
export function isTranslated(
  { codec, origins, profile }: SandboxContext,
  request: Request,
): boolean {
  const { origin, pathname } = new URL(request.url);
  const { token, pushedAuthorization } = profile.paths;
  return (
    codec !== undefined &&
    `${origin}${pathname}`.startsWith(`${origins.apiUrl}/`) &&
    ![token.value, pushedAuthorization.value]
      .map((path) => origins.apiUrl + path)
      .includes(origin + pathname)
  );
}

/**
 * Answers a request through the codec. A fault that replaces its step also replaces what the codec
 * returns. Others come after the codec, so that it never reads a broken response.
 */
export async function translate(
  context: SandboxContext,
  request: Request,
  answer: (request: Request) => Promise<Answered>,
): Promise<Answered> {
  let fault: Fault | undefined;
  let replaced: Response | undefined;
  let steps = 0;
  const next = async (inner: Request): Promise<Response> => {
    steps++;
    const requested = request.headers.get(faultHeader);
    if (requested !== null) inner.headers.set(faultHeader, requested);
    const answered = await answer(inner);
    fault ??= answered.fault;
    if (answered.fault && REPLACING.includes(answered.fault.do))
      replaced ??= answered.response.clone();
    // The only fault that has to read the response.
    if (answered.fault?.do !== 'mismatched-process') return answered.response;
    return (await corrupt(answered.response, answered.fault, context, request.signal)).response;
  };
  const translated = await run(context, request, next);
  const response = replaced ?? respond(context, translated, steps > 0);
  return fault?.do === 'mismatched-process' ? { response } : { response, fault };
}

const REPLACING: readonly Fault['do'][] = ['error-500', 'error-503', 'error-429', 'maintenance'];

/** Calls the codec. Returns its response, or the refusal for what it threw or returned. */
async function run(
  { codec }: SandboxContext,
  request: Request,
  next: (request: Request) => Promise<Response>,
): Promise<Response | Refusal> {
  try {
    const response: unknown = await codec?.(request, next);
    if (!(response instanceof Response)) return new Refusal('codec_failed', 'no Response');
    return response.bodyUsed ? new Refusal('codec_failed', 'Response.bodyUsed') : response;
  } catch (error) {
    return new Refusal('codec_failed', placeOf(error));
  }
}

const CODEC = { step: 'codec', checked: ['codec'] } as const;

function respond(
  { journal }: SandboxContext,
  translated: Response | Refusal,
  reachedStep: boolean,
): Response {
  if (translated instanceof Refusal) {
    journal.write({ ...CODEC, ...translated.logged() });
    return jsonRefusal(translated);
  }
  // The steps log the rest.
  if (!reachedStep && translated.ok) journal.write({ ...CODEC, outcome: 'accepted' });
  else if (!reachedStep)
    journal.write({
      ...CODEC,
      ...new Refusal('codec_refused', String(translated.status)).logged(),
    });
  return translated;
}

/** Returns the kind of an error and the line that threw it. Its message may quote a request. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'throw';
  const name = /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
  const lines = (error.stack ?? '').split('\n').filter((line) => !line.includes('node:'));
  const [place] = lines.flatMap((line) => /^ +at .*?([\w.-]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? []);
  return place === undefined ? name : `${name} (${place})`;
}
