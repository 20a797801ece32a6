import { strictObject } from 'zod';
import { invalidOption, isSelfInfoError, type SelfInfoError } from '../../foundation/errors.js';
import type { Attempt, SandboxContext } from '../context.js';
import {
  jsonResponse,
  MAX_CONTROL_BODY_BYTES,
  readJson,
  readParameters,
} from '../portal/bodies.js';
import { Refusal } from '../portal/refusals.js';
import { placesOf, reasonOfTypeError } from '../problem-reasons.js';
import { jsonRefusal } from '../refusal-response.js';
import { describeControl } from './openapi.js';
import type { Operation, OperationInput } from './operation.js';
import { operationsOf } from './operations.js';
import { authorizeControl, controlUrls, type Reach } from './reach.js';
import type { SandboxControl } from './types.js';

/** Answers a request to the control; undefined if nothing is served at its path. */
export type ControlApp = (request: Request, attempt: Attempt) => Promise<Response | undefined>;

/** Creates the control over HTTP. */
export function createControlApp(
  context: SandboxContext,
  control: SandboxControl,
  { reach, connect }: { readonly reach: Reach | undefined } & Pick<OperationInput, 'connect'>,
): ControlApp {
  const operations = operationsOf(context.catalog);
  const token = reach?.controlToken;
  const urls = controlUrls(context.origins, token);
  return async (request, { remote: isRemote }) => {
    const url = new URL(request.url);
    const at = url.origin + url.pathname;
    const base = Object.values(urls).find((served) => at.startsWith(`${served}/`));
    if (base === undefined) return undefined;
    const path = at.slice(base.length);
    const here = operations.flatMap((operation) => {
      const parameters = match(operation.path, path);
      return parameters === undefined ? [] : [{ operation, parameters }];
    });
    const methods =
      path === '/openapi.json' ? ['GET'] : here.map(({ operation }) => operation.method);
    if (methods.length === 0) return undefined;
    authorizeControl(request, { isRemote, token: base === urls.remote ? token : undefined });
    if (!methods.some((method) => method === request.method)) return notAllowed(methods);
    const found = here.find(({ operation }) => operation.method === request.method);
    if (found === undefined) return jsonResponse(describeControl(operations, urls));
    const { operation, parameters } = found;
    const body =
      operation.body === undefined ? undefined : await readJson(request, MAX_CONTROL_BODY_BYTES);
    try {
      const value = await operation.run({
        control,
        clock: context.baseClock,
        path: parameters,
        query: readQuery(operation, url),
        connect,
        body: body as never,
        signal: request.signal,
      });
      return operation.response === undefined
        ? new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
        : jsonResponse(value);
    } catch (error) {
      return refused(isSelfInfoError(error) ? error : wrongType(error), parameters);
    }
  };
}

/** Reads the query of an operation. */
function readQuery({ query = strictObject({}) }: Operation, { search }: URL) {
  const given = Object.fromEntries(readParameters(search.slice(1)));
  const issue = query.safeParse(given).error?.issues[0];
  if (issue === undefined) return given;
  const [name = ''] = placesOf(issue).map(({ path }) => String(path[0]));
  throw new Refusal('control_query', /^\w{1,40}$/.test(name) ? name : 'unknown');
}

/** Matches a path with parameters in braces. Returns their values; undefined for another path. */
function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [parts, given] = [pattern.split('/'), path.split('/')];
  if (parts.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? '';
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name === undefined) {
      if (part !== value) return undefined;
    } else parameters[name] = decoded(value);
  }
  return parameters;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal('broken_encoding');
  }
}

function notAllowed(methods: readonly string[]): Response {
  const response = jsonRefusal(new Refusal('method_not_allowed'));
  response.headers.set('allow', methods.join(', '));
  return response;
}

/** Returns the TypeError of a check as a problem. Throws everything else again. */
function wrongType(error: unknown): SelfInfoError {
  const reason = error instanceof TypeError ? reasonOfTypeError(error) : undefined;
  const [path = ''] = error instanceof TypeError ? error.message.split(' ') : [];
  if (reason === undefined) throw error;
  return invalidOption(path, reason);
}

/** Returns what the control threw: 404 if the path names what does not exist. */
function refused(
  { code, path = '', message, messageJa }: SelfInfoError,
  parameters: Readonly<Record<string, string>>,
): Response {
  const status = Object.hasOwn(parameters, path) ? 404 : 400;
  return Response.json(
    { error: code, error_description: message, error_description_ja: messageJa, path },
    { status, headers: { 'cache-control': 'no-store' } },
  );
}
