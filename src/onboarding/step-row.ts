import type { Text } from '../calendar/rules.js';
import type { ActorId } from './actors.js';
import type { DocumentId } from './documents.js';
import type { ChangePart, Procedure } from './procedures.js';

/** What happens to the documents of a step. The provider hands in the documents of `hand-in`. */
export type Handling = 'obtain' | 'hand-in' | 'discuss' | 'check' | 'receive';

/** A row of the table of steps. */
export interface StepRow {
  readonly id: string;
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  readonly figure: string;
  /** The heading in the figure. */
  readonly phase: Text;
  readonly actors: readonly ActorId[];
  readonly ja: string;
  readonly en: string;
  /** The steps before this step. */
  readonly after: readonly string[];
  /** The step beside which this step takes place, as often as needed. It delays no other step. */
  readonly beside?: string;
  /** The part of a change that this step belongs to. */
  readonly when?: ChangePart;
  /** The steps of the onboarding that this step resembles. */
  readonly like?: readonly string[];
  readonly handling?: Handling;
  readonly documents?: readonly DocumentId[];
  /** Documents that exist only where needed. */
  readonly asNeeded?: readonly DocumentId[];
  /** Who receives the documents that are handed in. */
  readonly to?: readonly ActorId[];
  readonly note?: Text;
}

/** Returns what the steps of one figure have in common. */
export const rowsOf = (procedure: Procedure, figure: string, ja: string, en: string) =>
  ({ procedure, guideline: 'v2.2', figure, phase: { ja, en } }) as const;

/** All three parties together. */
export const everyone = ['provider', 'digital-agency', 'portal-operator'] as const;

/** The documents to hand in for the connection-check environment (A-9, and B-4 like it). */
export const connectionCheckDocuments = [
  'connection-check-application',
  'service-settings',
  'connection-settings-check',
  'test-data-settings',
  'precheck-list',
] as const;
/** The documents to hand in for production (A-15, and B-11 like it). */
export const productionDocuments = [
  'plan-updated',
  'conditions-updated',
  'service-settings-production',
  'connection-settings-production',
  'usage-application',
] as const;
/** The note on the documents for production. */
export const productionNote = {
  ja: '「サービス情報設定シート」に本番環境用の接続先を記載する。',
  en: 'Enter the production addresses in the service information setting sheet.',
} as const;
