import { has } from '../../foundation/own.js';
import type { SandboxContext } from '../context.js';
import type { Client } from '../registrations.js';
import type { Process } from '../state.js';

/** Sends a notice when a result is ready and its provider receives notices. */
export function announceIfReady(
  context: SandboxContext,
  { clientId, noticeUri }: Client,
  { id, pendingPolls }: Process,
): void {
  const { profile, chance, faults, journal, clock, lifetime, sendNotice } = context;
  if (pendingPolls > 0 || profile.notices.value === 'none') return;
  if (noticeUri === undefined || sendNotice === undefined) return;
  const notice = (processId: string) =>
    new Request(noticeUri, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ [profile.fields.processId.value]: processId }),
    });
  // A notice that fails changes nothing about the result.
  const send = async (processId: string) => void (await sendNotice(notice(processId)));
  const ignore = () => undefined;
  const fault = faults.of('notice', notice(id), clientId);
  journal.write({
    step: 'notice',
    outcome: 'accepted',
    checked: ['notice_uri'],
    clientId,
    ...(fault && { fault: fault.do }),
  });
  if (fault && has(fault, 'ms') && fault.do === 'delay') {
    clock
      .wait(fault.ms, lifetime)
      .then(() => send(id))
      .catch(ignore);
    return;
  }
  if (fault?.do === 'lose') return;
  send(fault?.do === 'forge' ? chance.id() : id).catch(ignore);
  if (fault?.do === 'double') send(id).catch(ignore);
}
