/**
 * The portal's side of a wire that differs from `publicProfile` in more than names. It gets every
 * request to the API except token and PAR, with any method and path. It translates the request into
 * the JSON of `publicCodec`, with the paths, names and words of the sandbox's profile. Then it
 * calls `next`, which answers as the sandbox does without a codec, and translates the response
 * back. It may call `next` several times, or not at all.
 *
 * Write it separately from the client's codec: a mistake in a shared part passes every test. If it
 * throws, the response has status 500; the journal names the place, never the message.
 *
 * @example
 * ```ts
 * import type { SandboxCodec } from 'myna-selfinfo/sandbox';
 * // The result is fetched by GET, with the process id in the path.
 * const codec: SandboxCodec = (request, next) => {
 *   const { origin, pathname } = new URL(request.url);
 *   const [, id] = /^\/v9\/results\/(.+)$/.exec(pathname) ?? [];
 *   if (request.method !== 'GET' || id === undefined) return next(request);
 *   const headers = new Headers(request.headers);
 *   headers.set('content-type', 'application/json');
 *   const body = JSON.stringify({ process_id: decodeURIComponent(id) });
 *   return next(new Request(`${origin}/result`, { method: 'POST', headers, body }));
 * };
 * ```
 */
export type SandboxCodec = (
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Response | Promise<Response>;
