import type { Text } from '../calendar/rules.js';

/**
 * The three parties of the procedure, and `agency-side`: the right column of the figures, which
 * does not always say which of the two agencies acts.
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

/** The id of an actor: `agency-side` where the figure names only its column. */
export type ActorId = (typeof actors)[number]['id'];
