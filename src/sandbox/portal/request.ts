import { isSelfInfoError } from '../../foundation/errors.js';
import { type Attempt, checking, type SandboxContext } from '../context.js';
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
  checking(attempt, 'body');
  const body = await readJson(request);
  checking(attempt, 'inquiries');
  const inquiries = parseInquiries(body, token.client, profile);
  checking(attempt, 'consent_unused');
  if (token.process !== undefined) throw new Refusal('consent_used');
  token.process = {
    id: chance.id(),
    expiresAt: clock.now() + RESULT_LIFE_MS,
    answer: settle(context, token, inquiries, attempt),
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
  attempt: Attempt,
): unknown {
  const asked: Pick<typeof calendar, 'status'> = {
    status(target, at) {
      checking(attempt, 'holders_open');
      return calendar.status(target, at);
    },
  };
  try {
    return settleAnswer(inquiries, persona, asked, clock.now(), profile);
  } catch (error) {
    if (isSelfInfoError(error, 'outside_calendar')) throw new Refusal('clock_outside_calendar');
    throw error;
  }
}
