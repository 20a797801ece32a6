import type { Language } from '../foundation/language.js';
import { publicProfile } from '../wire/public-profile.js';
import type { Reading } from './pages/hand-over-texts.js';
import type { EndReason } from './pages/texts.js';
import type { Draft, DraftProblem, Edits } from './personas/draft.js';
import type { Persona } from './personas/persona.js';
import type { Refusal } from './portal/refusals.js';
import type { Client } from './registrations.js';

/** How long a pushed authorization request can be opened. */
export const PUSHED_LIFE_MS = 60_000;
/** How long a code can be exchanged. */
export const CODE_LIFE_MS = 60_000;
/** How long a page accepts its decision. */
export const FORM_LIFE_MS = publicProfile.timing.consentMs.value;
/** How long a result is kept. */
export const RESULT_LIFE_MS = publicProfile.timing.resultMs.value;
/**
 * How long a token works: longer than a result is kept, so that the result of a late request can
 * still be collected.
 */
export const TOKEN_LIFE_MS = 2 * RESULT_LIFE_MS;

/** What the browser brings back to a client. */
export interface Callback {
  readonly redirectUri: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** An authorization request that passed all checks. */
export interface Authorization {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string;
  readonly challenge: string;
  /** What a person changed in the answers to this consent, by the persona of the card. */
  edits?: Map<string, Edits>;
  /** How the citizen reads the card. */
  reading?: Reading | undefined;
  /** Where the citizen was redirected, once the transaction has ended. */
  sentTo?: Callback;
}

/** The editor of an answer, as it is shown. */
export interface Edit {
  /** Whose answer it is, with the edits that were saved before. */
  readonly persona: Persona;
  readonly draft: Draft;
  /** What is to be corrected, by place. */
  readonly problems: ReadonlyMap<string, DraftProblem>;
  /** The place that gets the focus. */
  readonly focus?: string;
}

/** A page of the consent, as it is shown to a citizen. */
export interface View {
  readonly page: 'closed' | 'consent' | 'card' | 'edit' | 'ended';
  readonly authorization: Authorization;
  readonly language: Language;
  /** What the citizen has to correct, or what ended the transaction. */
  readonly problem?: Refusal | undefined;
  readonly ending?: EndReason;
  /** The card that was chosen before. */
  readonly chosen?: Persona | undefined;
  /** What the page `edit` shows. */
  readonly edit?: Edit;
}

/** A form that was shown. Agreeing counts once; declining, going back and the language always. */
export interface PendingForm {
  readonly view: View;
  readonly expiresAt: number;
  used: boolean;
}

/** An authorization code, kept after its use so that a replay is recognised. */
export interface AuthorizationCode {
  readonly authorization: Authorization;
  readonly persona: Persona;
  readonly issuedAt: number;
  used: boolean;
  token?: string;
}

/** What an access token stands for. */
export interface IssuedToken {
  readonly client: Client;
  readonly persona: Persona;
  /** SHA-256 of the certificate it was issued to. */
  readonly thumbprint: string | undefined;
  process?: Process;
}

/** A request that was accepted. Its answer is fixed at that moment. */
export interface Process {
  readonly id: string;
  readonly expiresAt: number;
  readonly answer: unknown;
  pendingPolls: number;
  /** Whether the provider said that the data is safe. Then the result is gone. */
  acknowledged: boolean;
}
