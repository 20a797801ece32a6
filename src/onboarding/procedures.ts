/** The procedures of chapters 5 and 6: steps A, B, C, D and E. */
export type Procedure = 'onboarding' | 'change' | 'suspension' | 'resumption' | 'termination';

/** A part of a change that takes place only where needed (必要な場合). */
export type ChangePart = 'development' | 'connectionTest' | 'production';
