import { randomUUID } from 'node:crypto';
import type { WireProfileData } from '../wire/data.js';
import type { Call } from './http.js';

/** The id of a message to the portal, the header that carries it, and where the portal's own is. */
export interface MessageIds extends Pick<Call, 'requestId' | 'upstreamIdHeader'> {
  readonly headers: Readonly<Record<string, string>>;
}

/** Returns the ids of a message under a profile. */
export function messageIds(
  { headers: { requestId: ours, upstreamRequestId: theirs } }: Pick<WireProfileData, 'headers'>,
  requestId: string = randomUUID(),
): MessageIds {
  const name = ours.value?.toLowerCase();
  return {
    requestId,
    upstreamIdHeader: theirs.value?.toLowerCase(),
    headers: name === undefined ? {} : { [name]: requestId },
  };
}
