import {
  invalidOption,
  invalidResponse,
  isSelfInfoError,
  withFacts,
} from '../foundation/errors.js';
import type { ApiConnection, CallBounds, CallStage, HttpResponse } from '../net/http.js';
import { refusal } from '../net/refusals.js';
import type { AccessToken } from '../oauth/token.js';
import type { Inquiry } from '../service/inquiry.js';
import { type Service, wireCode } from '../service/service.js';
import type { ItemSpec } from '../service/spec.js';
import type { Environment } from '../wire/environment.js';
import type { WireProfile } from '../wire/profile.js';

const LONGEST_PROCESS_ID = 1_024;

/** Sends the one request that a grant allows and returns its process id. Never sends it twice. */
export async function sendRequest(
  environment: Environment,
  connection: ApiConnection,
  service: Service,
  inquiries: Readonly<Record<string, Inquiry>>,
  accessToken: AccessToken,
  bounds: CallBounds,
): Promise<string> {
  const { profile } = environment;
  const items = Object.entries(inquiries).map(([key, inquiry]) => ({
    code: wireCode(service.items[key] as ItemSpec),
    inquiry,
  }));
  const body = encodeBody('encodeRequest', () => profile.encodeRequest({ items }, profile));
  const token = accessToken.token.reveal();
  const response = await post(environment, connection, 'request', body, token, bounds);
  return decodeResponse(
    response,
    'request',
    () => checkProcessId(profile.decodeProcess(response.json, profile)),
    profile,
  );
}

/** Requires an id that can be stored, and that stays the same when it is sent back with a poll. */
function checkProcessId(id: unknown): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= LONGEST_PROCESS_ID) return id;
  throw invalidResponse({
    en: `its process id is not a text of at most ${LONGEST_PROCESS_ID} characters.`,
    ja: `処理IDが ${LONGEST_PROCESS_ID} 文字以下の文字列ではありません。`,
  });
}

/**
 * Encodes a body by the profile and returns its JSON text. Hides what a custom profile throws,
 * which may quote its input.
 */
export function encodeBody(name: 'encodeRequest' | 'encodePoll', encode: () => unknown): string {
  try {
    const text: unknown = JSON.stringify(encode());
    if (typeof text === 'string') return text;
  } catch {}
  throw invalidOption(`environment.profile.${name}`, {
    en: 'It must return a value that JSON can represent.',
    ja: 'JSON で表せる値を返してください。',
  });
}

/** Sends a body to the path of its stage, with the token in the Bearer header. */
export function post(
  environment: Environment,
  connection: ApiConnection,
  stage: CallStage & keyof WireProfile['paths'],
  body: string,
  token: string,
  bounds: CallBounds,
): Promise<HttpResponse> {
  const { profile } = environment;
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  };
  return connection.send(
    {
      stage,
      path: profile.paths[stage].value,
      headers,
      body,
      // Only a profile that says so itself.
      numbers: (Object.hasOwn(profile, 'numbers') && profile.numbers) || 'exact',
    },
    bounds,
  );
}

/**
 * Decodes a successful response by the profile.
 *
 * @throws SelfInfoError for a status that is not a success, and for a body that cannot be decoded.
 */
export async function decodeResponse<T>(
  response: HttpResponse,
  stage: CallStage,
  decode: () => T | Promise<T>,
  { errorCodes, notAcceptedStatuses }: WireProfile,
): Promise<T> {
  if (response.status < 200 || response.status > 299)
    throw refusal(
      response,
      stage,
      errorCodes.value,
      stage === 'request' ? notAcceptedStatuses.value : [],
    );
  try {
    return await decode();
  } catch (error) {
    const facts = { stage, effect: stage === 'result' ? 'none' : 'unknown' } as const;
    const known = isSelfInfoError(error) ? withFacts(error, facts) : undefined;
    throw (
      known ??
      invalidResponse(
        {
          en: 'the profile cannot decode it.',
          ja: 'プロファイルでデコードできません。',
        },
        facts,
      )
    );
  }
}
