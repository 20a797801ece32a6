import type { Attempt, SandboxContext } from '../context.js';
import { authorizeCall } from './bearer.js';
import { jsonResponse, readJson } from './bodies.js';
import { parseObject } from './inquiries.js';
import { Refusal } from './refusals.js';

/** Answers a poll: running at first, then done. A done result can be fetched until it expires. */
export async function collectResult(
  context: SandboxContext,
  request: Request,
  attempt: Attempt,
): Promise<Response> {
  const { fields, processStatuses } = context.profile;
  const { process } = authorizeCall(context, request, attempt);
  const body = parseObject(await readJson(request), 'body', [fields.processId.value]);
  const id = body[fields.processId.value];
  if (typeof id !== 'string') throw new Refusal('body_shape', `body.${fields.processId.value}`);
  if (process === undefined || process.id !== id) throw new Refusal('process_unknown');
  if (context.clock.now() >= process.expiresAt) throw new Refusal('result_expired');
  if (process.pendingPolls > 0) {
    process.pendingPolls--;
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
