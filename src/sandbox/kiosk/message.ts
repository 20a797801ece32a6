import type { WireContext, WireReply } from '../../wire/codec.js';
import { publicProfile } from '../../wire/public-profile.js';

// A kiosk has no wire: the authorizer hands over objects. The public codec turns them
// into messages and back, so that both sides agree on the shape.

/** The context of a message that is never sent. */
export function contextOf(codes: readonly string[]): WireContext {
  return { profile: publicProfile, clientId: '', requestId: '', now: 0, codes, attempt: 1 };
}

/** A response with a JSON body that was never sent. */
export function replyOf(body: unknown): WireReply {
  return {
    status: 200,
    headers: { get: () => 'application/json' },
    body: new Uint8Array(),
    text: async () => JSON.stringify(body),
    json: async () => structuredClone(body),
  };
}
