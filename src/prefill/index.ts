export { createPrefill } from './prefill.js';
export type {
  FieldOrigin,
  FilledForm,
  JudgedField,
  Prefill,
  PrefillOptions,
  SealedOrigin,
  SubmittedForm,
} from './types.js';
