import type { CallbackRequest } from '../../src/index.js';
import { altered, openBank, SESSION } from '../kit/loan.js';

export type Changes = Parameters<typeof altered>[1];

/** Opens a bank whose citizen is back with a good callback that has been changed. */
export async function comeBack(changes: Changes = {}) {
  const bank = openBank();
  const good = await bank.callback();
  const complete = (request: CallbackRequest, sessionBinding = SESSION) =>
    bank.client.completeConsent(request, { sessionBinding });
  return { ...bank, good, callback: altered(good, changes), complete };
}

/** Returns what a framework such as Node's http passes on. */
export const incoming = (
  url: string,
  headers: Record<string, string | string[]> = {},
  method = 'GET',
) => {
  const { pathname, search } = new URL(url);
  return { method, url: pathname + search, headers };
};
