import { Agent, get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { PostgresConnection } from './postgres-server.js';

interface SharedParts {
  /** Where the one Chromium of the run is. */
  readonly chromium: { readonly url: string };
  /** The one Redis of the run, and a database of it that nobody else uses. */
  readonly redis: { readonly port: number; readonly db: number };
  /** The one PostgreSQL of the run, and a new database of it. */
  readonly postgres: PostgresConnection;
}

/** Asks for a part that the files of a run share. The first to ask waits until it has started. */
export async function shared<P extends keyof SharedParts>(name: P): Promise<SharedParts[P]> {
  // Without an agent no connection stays open for tests that count connections.
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`${inject('parts')}/${name}`, { agent: new Agent() }, resolve).once('error', reject),
  );
  const { part, error } = (await json(response)) as { part?: SharedParts[P]; error?: string };
  if (part === undefined) throw new Error(error ?? `unknown part ${name}`);
  return part;
}
