import { sendAcknowledgements } from '../query/acknowledgement.js';
import type { Retrieval } from '../query/types.js';
import { type ClientContext, runCall, type TracedScope } from './context.js';
import { checkSubmitOptions, discard, readStored, resume } from './retrieval-flow.js';
import type { SubmitOptions } from './types.js';

/** Tells the portal that the data of a retrieval is safe, then forgets the retrieval. */
export async function acknowledge(
  context: ClientContext,
  handle: Retrieval,
  options: SubmitOptions = {},
): Promise<void> {
  const signal = checkSubmitOptions(options);
  return runCall(context, 'acknowledge', signal, (scope) =>
    scope.step('acknowledge', () => acknowledgeOnce(context, handle, scope), 'acknowledged'),
  );
}

async function acknowledgeOnce(
  context: ClientContext,
  handle: Retrieval,
  scope: TracedScope,
): Promise<void> {
  const { environment, transport, clock } = context;
  const { id } = resume(context, handle);
  scope.setIds({ retrievalId: id });
  const secret = await readStored(context, id, scope);
  if (secret !== undefined) {
    scope.setIds({ transactionId: secret.retrieval.terms.transactionId });
    const connection = transport.connect(secret.certificate);
    try {
      // When this fails, the secret stays, so that the call can be repeated.
      await sendAcknowledgements(environment, connection, secret, clock, scope);
    } finally {
      await connection.close();
    }
  }
  await discard(context, handle);
}
