import type { SandboxContext } from './context.js';
import { PUSHED_PREFIX } from './portal/authorization-request.js';
import { bearerOf } from './portal/bearer.js';
import { readForm, readParameters } from './portal/bodies.js';
import { Refusal } from './portal/refusals.js';

/**
 * Returns the client id that a call names, by its parameters or its token, before anything of the
 * call is checked. Leaves the body to be read.
 */
export async function callerOf(
  { pushed, tokens }: Pick<SandboxContext, 'pushed' | 'tokens'>,
  request: Request,
): Promise<string | undefined> {
  const bearer = bearerOf(request);
  if (bearer !== undefined) return tokens.get(bearer)?.client.clientId;
  try {
    const parameters =
      request.method === 'GET'
        ? readParameters(new URL(request.url).search.slice(1))
        : await readForm(request.clone());
    return (
      parameters.get('client_id') ??
      pushed.get(parameters.get('request_uri')?.slice(PUSHED_PREFIX.length) ?? '')?.client.clientId
    );
  } catch (refusal) {
    if (refusal instanceof Refusal) return undefined;
    throw refusal;
  }
}
