import { z } from 'zod';
import { methods } from '../../service/inquiry.js';
import type { Service } from '../../service/service.js';
import type { ItemSpec } from '../../service/spec.js';
import { quoted, type Texts, UsageError } from '../arguments.js';
import { itemSubject, methodNames } from './facts.js';

const count = z.int().nonnegative();

/** A line that `observeReads().save` wrote. */
const lineSchema = z.object({
  service: z.string(),
  items: z.record(
    z.string(),
    z.object({
      asked: z.partialRecord(z.enum(['point-in-time', 'range', 'latest', 'made']), count),
      present: count,
      revealed: count,
    }),
  ),
});

type Line = z.output<typeof lineSchema>;
type Reads = Line['items'][string];

/** Findings of a test run about over-asking. */
export interface Findings {
  /** Items whose records arrived and were never read. */
  readonly neverRead: readonly Texts[];
  /** Items and methods that the run does not show. */
  readonly unseen: readonly Texts[];
}

/** Compares the items of a service with the observed reads. */
export function overAsking(service: Service, lines: readonly Line[], path: string): Findings {
  const mine = lines.filter((line) => line.service === service.name);
  if (mine.length === 0)
    throw new UsageError({
      ja: `${quoted(path)} に、このサービスの記録がありません: ${quoted(service.name)}`,
      en: `${quoted(path)} has no reads of this service: ${quoted(service.name)}`,
    });
  const neverRead: Texts[] = [];
  const unseen: Texts[] = [];
  for (const [key, item] of Object.entries<ItemSpec>(service.items)) {
    const seen = mine.flatMap(({ items }) =>
      Object.hasOwn(items, key) ? [items[key] as Reads] : [],
    );
    const present = seen.reduce((sum, reads) => sum + reads.present, 0);
    if (present > 0 && !seen.some(({ revealed }) => revealed > 0))
      neverRead.push(
        of(
          key,
          `照会して${present}回受け取りましたが、一度も読んでいません`,
          `received ${present} times and never read`,
        ),
      );
    if (seen.length === 0) {
      unseen.push(of(key, '一度も照会していません', 'never asked'));
      continue;
    }
    if (present === 0)
      unseen.push(of(key, '情報のある応答がありません', 'no answer had records of it'));
    for (const method of methods.filter((one) =>
      (item.inquiries as readonly string[]).includes(one),
    ))
      if (!seen.some(({ asked }) => (asked[method] ?? 0) > 0))
        unseen.push(
          of(key, `${methodNames[method].ja}では照会していません`, `never asked by ${method}`),
        );
  }
  return { neverRead, unseen };
}

function of(key: string, ja: string, en: string): Texts {
  const place = itemSubject(key).replaceAll(/\p{C}+/gu, ' ');
  return { ja: `${place}: ${ja}`, en: `${place}: ${en}` };
}

/** Reads a file with JSON of {@link lineSchema} on each line. */
export function readLines(text: string, path: string): readonly Line[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line, index) => {
      const parsed = lineSchema.safeParse(jsonOf(line));
      if (parsed.success) return parsed.data;
      throw new UsageError({
        ja: `observeReads の記録ではありません: ${quoted(path)}（${index + 1}行目）`,
        en: `${quoted(path)} was not written by observeReads (line ${index + 1})`,
      });
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
