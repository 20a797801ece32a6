import { isSelfInfoError } from '../../foundation/errors.js';
import type { Attempt, SandboxContext } from '../context.js';
import { type IssuedToken, RESULT_LIFE_MS } from '../state.js';
import { type ItemInquiry, settleAnswer } from './answers.js';
import { authorizeCall } from './bearer.js';
import { jsonResponse, readJson } from './bodies.js';
import { parseInquiries } from './inquiries.js';
import { announceIfReady } from './notices.js';
import { Refusal } from './refusals.js';

/**
 * Accepts the request for self-information. One consent allows one request; a refused request does
 * not use the consent up.
 */
export async function submitRequest(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  const { chance, clock, profile } = context;
  const token = authorizeCall(context, request, attempt);
  const inquiries = parseInquiries(await readJson(request), token.client, profile);
  if (token.process !== undefined) throw new Refusal('consent_used');
  token.process = {
    id: chance.id(),
    expiresAt: clock.now() + RESULT_LIFE_MS,
    answer: settle(context, token, inquiries),
    pendingPolls: token.persona.pendingPolls ?? 1,
    acknowledged: false,
  };
  announceIfReady(context, token.client, token.process);
  return jsonResponse({ [profile.fields.processId.value]: token.process.id });
}

function settle(
  { calendar, clock, profile }: SandboxContext,
  { persona }: IssuedToken,
  inquiries: readonly ItemInquiry[],
): unknown {
  try {
    return settleAnswer(inquiries, persona, calendar, clock.now(), profile);
  } catch (error) {
    if (isSelfInfoError(error, 'outside_calendar')) throw new Refusal('clock_outside_calendar');
    throw error;
  }
}
