import {
  array,
  enum as enumOf,
  number,
  optional,
  partialRecord,
  record,
  strictObject,
  string,
  type infer as TypeOf,
  unknown,
  url,
} from 'zod';
import type { PersonaRecord } from '../../sandbox/personas/persona.js';
import { UsageError } from '../arguments.js';
import { readJsonFile } from '../files.js';
import { cases } from './cases.js';

const text = string().min(1).max(1_000);
const address = url({ protocol: /^https?$/ });
const fields = record(string(), string());

const schema = strictObject({
  provider: optional(text),
  tester: optional(text),
  client: optional(text),
  start: optional(
    strictObject({
      url: optional(address),
      method: optional(enumOf(['GET', 'POST'])),
      fields: optional(fields),
    }),
  ),
  forms: optional(
    array(strictObject({ button: optional(text), fields: optional(fields) })).max(10),
  ),
  result: optional(address),
  origins: optional(array(address)),
  waitSeconds: optional(number().min(1).max(600)),
  records: optional(record(string(), array(unknown()))),
  cases: optional(
    partialRecord(
      enumOf(cases.map(({ id }) => id)),
      strictObject({
        shows: optional(array(text)),
        hides: optional(array(text)),
        skip: optional(text),
      }),
    ),
  ),
});

/** What is particular to a project. */
export type Config = Omit<TypeOf<typeof schema>, 'records'> & {
  /** Records to vary, by detail. The sandbox validates them. */
  readonly records?: Readonly<Record<string, readonly PersonaRecord[]>> | undefined;
};

/** Reads `--config`. Errors name the place, never the value. */
export function readConfig(file: string | undefined): Config {
  if (file === undefined) return {};
  const { success, data, error } = schema.safeParse(readJsonFile(file));
  if (success) return data as Config;
  const places = error.issues
    .flatMap((issue) => {
      const names = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
      return names.map((name) => ({ code: issue.code, path: [...issue.path, name ?? []].flat() }));
    })
    .slice(0, 20)
    .map(
      ({ path, code }) => `${file}:${['$', ...path.map(String)].join('.').slice(0, 200)} (${code})`,
    )
    .join(', ')
    .replaceAll(/\p{C}+/gu, ' ');
  throw new UsageError({
    ja: `設定ファイルの次の箇所を修正してください: ${places}`,
    en: `correct these places of the configuration: ${places}`,
  });
}
