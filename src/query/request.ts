import { invalidResponse } from '../foundation/errors.js';
import type { ApiConnection, CallBounds } from '../net/http.js';
import type { AccessToken } from '../oauth/token.js';
import type { Inquiry } from '../service/inquiry.js';
import { type Service, wireCode } from '../service/service.js';
import type { ItemSpec } from '../service/spec.js';
import type { Environment } from '../wire/environment.js';
import { decodeResponse, encodeBody, post } from './call.js';

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
