import { latest, type WireProfile } from '../../src/index.js';
import {
  createShapeRecorder,
  type ShapeDifference,
  type ShapeRecording,
} from '../../src/shapes/index.js';
import { type Loan, loan, openBank } from '../kit/loan.js';
import { oauthProfile } from '../kit/profiles.js';

type Step = ShapeDifference['step'];
type Json = Record<string, unknown>;

/** What a portal with a planted difference answers at one step. */
export interface Change {
  readonly at: Step;
  /** Changes the JSON. */
  readonly json?: (body: Json) => unknown;
  /** Changes the text of the body. */
  readonly text?: (body: string) => string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

/** A profile under which every step sends a message. */
export const everyStep: WireProfile = {
  ...oauthProfile({ pushedAuthorizationRequests: true }, 'every-step-1'),
  acknowledgement: { value: '/acknowledge', confidence: 'unknown' },
};

const STEPS: Readonly<Record<string, Step>> = {
  '/oauth/par': 'consent',
  '/oauth/token': 'token',
  '/request': 'request',
  '/result': 'result',
  '/acknowledge': 'acknowledge',
};

async function changed(response: Response, change: Change): Promise<Response> {
  const { json, text = (body) => body, headers = {}, status = response.status } = change;
  const body = await response.text();
  const altered = json ? JSON.stringify(json(JSON.parse(body))) : body;
  return new Response(text(altered) as string, {
    status,
    headers: { ...Object.fromEntries(response.headers), ...headers },
  });
}

/** Records the journeys of four citizens at a portal with a planted difference, or without one. */
export async function recordJourneys(
  change?: Change,
  options: { readonly service?: Loan | undefined; readonly profile?: WireProfile } = {},
): Promise<ShapeRecording> {
  const { service = loan, profile = everyStep } = options;
  const recorder = createShapeRecorder({ service, profile });
  const bank = openBank({
    service,
    recorder,
    profile,
    intercept: async (request, pass) => {
      const step = STEPS[new URL(request.url).pathname];
      const response = await pass(request);
      return change && change.at === step ? changed(response, change) : response;
    },
  });
  for (const persona of ['hanako', 'failing', 'newcomer', 'closed-city']) {
    try {
      const { client, onProgress } = bank;
      const grant = await bank.consent(persona);
      const retrieval = await client.submit(grant, latest());
      await client.collect(retrieval, { onProgress });
      await client.acknowledge(retrieval);
    } catch {
      // What the client makes of it is the matter of other tests.
    }
  }
  await bank.client.close();
  return recorder.recording();
}
