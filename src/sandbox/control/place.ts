import { isSpaceName } from '../../wire/environment.js';
import { Refusal } from '../portal/refusals.js';

/** Where the control is served, below the base URL of the pages. */
export const CONTROL_PATH = '/sandbox';

/**
 * The header by which a request below `/sandbox` names the space that it reads or changes. Default:
 * the space of the URL.
 *
 * @example
 * ```ts
 * import { controlPaths, spaceHeader, type StartedSandbox } from 'myna-selfinfo/sandbox';
 * const readJournal = (sandbox: StartedSandbox, space: string) =>
 *   fetch(sandbox.browserUrl + controlPaths.journal, { headers: { [spaceHeader]: space } });
 * ```
 */
export const spaceHeader = 'x-sandbox-space';

/**
 * Returns a request of the control as one to the space that its header names, and any other as is.
 *
 * @param origins - those at which the control is served.
 */
export function toNamedSpace(request: Request, origins: readonly string[]): Request {
  const name = request.headers.get(spaceHeader);
  const url = new URL(request.url);
  const [, path = ''] = /^(?:\/s\/[^/]+)?(\/.*)$/.exec(url.pathname) ?? [];
  if (name === null || !origins.includes(url.origin) || !path.startsWith(`${CONTROL_PATH}/`))
    return request;
  if (!isSpaceName(name)) throw new Refusal('space_unusable', spaceHeader);
  url.pathname = `/s/${name}${path}`;
  return new Request(url, request);
}
