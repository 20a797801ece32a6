import type { Text } from '../calendar/rules.js';
import type { DocumentId } from './documents.js';

/**
 * The three sides of the procedure, and the right column of its figures, which does not always say
 * which of the two agencies acts.
 */
export const actors = [
  { id: 'provider', ja: 'Webサービス提供者（事業者）', en: 'provider' },
  { id: 'digital-agency', ja: 'デジタル庁', en: 'Digital Agency' },
  { id: 'portal-operator', ja: 'マイナポータル運営主体', en: 'Mynaportal operator' },
  {
    id: 'agency-side',
    ja: 'デジタル庁（マイナポータル運営主体）',
    en: 'Digital Agency (Mynaportal operator)',
  },
] as const satisfies readonly (Text & { readonly id: string })[];

/** The id of who acts: `agency-side` where the figure names its column only. */
export type ActorId = (typeof actors)[number]['id'];

/** The procedures of chapters 5 and 6: steps A, B, C, D and E. */
export type Procedure = 'onboarding' | 'change' | 'suspension' | 'resumption' | 'termination';

/** What happens to the documents of a step; of those that are handed in, by the provider. */
export type Handling = 'obtain' | 'hand-in' | 'discuss' | 'check' | 'receive';

/** A part of a change that takes place only where needed (必要な場合). */
export type ChangePart = 'development' | 'connectionTest' | 'production';

/** A row of the table of steps. */
export interface StepRow {
  readonly id: string;
  readonly procedure: Procedure;
  readonly guideline: 'v2.2';
  readonly figure: string;
  /** What the figure puts it under. */
  readonly phase: Text;
  readonly actors: readonly ActorId[];
  readonly ja: string;
  readonly en: string;
  /** The steps that come before it. */
  readonly after: readonly string[];
  /** The step it goes on beside, as often as needed; it holds up nothing. */
  readonly beside?: string;
  /** The part of a change it belongs to. */
  readonly when?: ChangePart;
  /** The step of the beginning that it is like. */
  readonly like?: readonly string[];
  readonly handling?: Handling;
  readonly documents?: readonly DocumentId[];
  /** Documents that are there only where needed. */
  readonly asNeeded?: readonly DocumentId[];
  /** Who gets what is handed in. */
  readonly to?: readonly ActorId[];
  readonly note?: Text;
}

/** What the steps of one figure have in common. */
export const rowsOf = (procedure: Procedure, figure: string, ja: string, en: string) =>
  ({ procedure, guideline: 'v2.2', figure, phase: { ja, en } }) as const;

/** All three at one table. */
export const everyone = ['provider', 'digital-agency', 'portal-operator'] as const;

/** What is handed in for the connection-check environment (A-9, and B-4 like it). */
export const connectionCheckDocuments = [
  'connection-check-application',
  'service-settings',
  'connection-settings-check',
  'test-data-settings',
  'precheck-list',
] as const;
/** What is handed in for production (A-15, and B-11 like it). */
export const productionDocuments = [
  'plan-updated',
  'conditions-updated',
  'service-settings-production',
  'connection-settings-production',
  'usage-application',
] as const;
/** What is to be minded with it. */
export const productionNote = {
  ja: '「サービス情報設定シート」に本番環境用の接続先を記載する。',
  en: 'The service information setting sheet names the production addresses.',
} as const;
