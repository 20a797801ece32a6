import { type Attempt, checking, type SandboxContext } from '../context.js';
import type { Client } from '../registrations.js';
import type { Process } from '../state.js';
import { authorizeCall } from './bearer.js';
import { jsonResponse, readJson } from './bodies.js';
import { parseObject } from './inquiries.js';
import { announceIfReady } from './notices.js';
import { Refusal } from './refusals.js';

/** Answers a poll: running at first, then done. A done result can be fetched until it expires. */
export async function collectResult(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  const { fields, processStatuses } = context.profile;
  const { client, process } = await findProcess(context, request, attempt);
  checking(attempt, 'result');
  const { id } = process;
  if (process.acknowledged) throw new Refusal('result_acknowledged');
  if (context.clock.now() >= process.expiresAt) throw new Refusal('result_expired');
  if (process.pendingPolls > 0) {
    process.pendingPolls--;
    announceIfReady(context, client, process);
    return jsonResponse(
      {
        [fields.processId.value]: id,
        [fields.processStatus.value]: processStatuses.running.value,
      },
      { 'retry-after': '1' },
    );
  }
  return jsonResponse({
    [fields.processId.value]: id,
    [fields.processStatus.value]: processStatuses.done.value,
    [fields.selfPersonalData.value]: process.answer,
  });
}

/** Drops a result because the provider has stored it. A repetition changes nothing. */
export async function acknowledgeResult(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  const { process } = await findProcess(context, request, attempt);
  process.acknowledged = true;
  return jsonResponse({});
}

/** Returns the process that a body names and the token allows. */
async function findProcess(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<{ readonly client: Client; readonly process: Process }> {
  const { value: name } = context.profile.fields.processId;
  const { client, process } = authorizeCall(context, request, attempt);
  checking(attempt, 'body');
  const id = parseObject(await readJson(request), 'body', [name])[name];
  if (typeof id !== 'string') throw new Refusal('body_shape', `body.${name}`);
  checking(attempt, 'process');
  if (process === undefined || process.id !== id) throw new Refusal('process_unknown');
  return { client, process };
}
