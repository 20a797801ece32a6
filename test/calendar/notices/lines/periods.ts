/** The periods of the invented lines, worked out by hand: as written, start, end. */
export const periods: Readonly<
  Record<string, readonly [text: string, start: string, end: string]>
> = {
  '①': ['12月5日(土) 0:00〜6:00', '2026-12-05T00:00', '2026-12-05T06:00'],
  '②': ['2026年12月12日（土）22時～13日（日）8時', '2026-12-12T22:00', '2026-12-13T08:00'],
  '③': ['12/19(土) 21:30 - 12/20(日) 7:00', '2026-12-19T21:30', '2026-12-20T07:00'],
};

/** The day on which the invented lines were published. */
export const PUBLISHED = '2026-11-20';

/** Returns a line as it is written. */
export const written = (line: string): string =>
  line
    .replaceAll('⏎', '\n')
    .replace(/[⟦⟧]/g, '')
    .replace(/[①②③]/g, (sign) => (periods[sign] as readonly string[])[0] as string);
