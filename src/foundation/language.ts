/** A language in which the package writes. */
export type Language = 'ja' | 'en';
