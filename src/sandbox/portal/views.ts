import { availabilityOf } from '../availability.js';
import type { SandboxContext } from '../context.js';
import { pageOf } from '../pages/consent.js';
import { type Authorization, FORM_LIFE_MS, type View } from '../state.js';

/** Shows a page, under a new form. `expiresAt` is when the form no longer accepts a decision. */
export function showPage(
  { calendar, clock, forms, personas }: SandboxContext,
  view: View,
  expiresAt = clock.now() + FORM_LIFE_MS,
): Response {
  const nowMs = clock.now();
  const form = forms.put({ view, expiresAt, used: false });
  const availability = availabilityOf(view.authorization.client, calendar, nowMs);
  return pageOf(view, form, { nowMs, expiresAt, availability, personas });
}

/** Shows the first page: the consent, or that everything the client asks for is closed now. */
export function showFirstPage(
  context: SandboxContext,
  authorization: Authorization,
  language: View['language'],
): Response {
  const { calendar, clock } = context;
  const { closed } = availabilityOf(authorization.client, calendar, clock.now()) ?? {};
  const page = closed === undefined ? 'consent' : 'closed';
  return showPage(context, { page, authorization, language });
}
