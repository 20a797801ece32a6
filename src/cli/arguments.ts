import { parseArgs } from 'node:util';
import type { Language } from '../foundation/language.js';

/** A text to print, in both languages. */
export type Texts = Readonly<Record<Language, string>>;

/** An error that the person at the terminal can fix. Printed in one line, without a stack. */
export class UsageError extends Error {
  readonly text: Texts;
  /** 2 when an argument is wrong, 1 when the system refused. */
  readonly exitCode: 1 | 2;

  constructor(text: Texts, exitCode: 1 | 2 = 2) {
    super(text.en);
    this.text = text;
    this.exitCode = exitCode;
  }
}

/**
 * Returns the last valid `--lang`. Otherwise reads the environment: Japanese, unless another
 * language is set.
 */
export function languageOf(args: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const option = args
    .map((arg, index) => (arg === '--lang' ? args[index + 1] : /^--lang=(.*)$/.exec(arg)?.[1]))
    .findLast((value) => value !== undefined);
  if (option === 'ja' || option === 'en') return option;
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || 'ja';
  // Containers default to C or POSIX, which name no language.
  return /^(ja|C|POSIX)([_.@-]|$)/.test(locale) ? 'ja' : 'en';
}

/** Quotes a value as it was typed. Removes characters that could control the terminal. */
export function quoted(value: string): string {
  return JSON.stringify(value.replaceAll(/\p{C}/gu, '�'));
}

/** What an option takes. */
type Kind = 'flag' | 'value' | 'list';

/**
 * Reads arguments: options that take a value, lists (values with commas, or given again), and flags.
 *
 * @throws UsageError when an option is unknown, lacks its value or takes none, and when `--lang` is
 * neither ja nor en.
 */
export function readArguments<K extends string>(
  args: readonly string[],
  options: Readonly<Record<K, Kind>>,
): { values: { [N in K]?: string }; positionals: string[] } {
  const types = Object.entries<Kind>(options).map(
    ([name, kind]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }] as const,
  );
  // Not strict, because node:util words its errors in English and for programmers.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: { [N in K]?: string } = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(options, name) || !rawName.startsWith('--')) {
      throw new UsageError({
        ja: `不明なオプションです: ${quoted(rawName)}`,
        en: `unknown option: ${quoted(rawName)}`,
      });
    }
    const key = name as K;
    checkValue(rawName, options[key], value);
    const before = options[key] === 'list' ? values[key] : undefined;
    values[key] = before === undefined ? (value ?? '') : `${before},${value}`;
  }
  return { values, positionals };
}

function checkValue(option: string, kind: Kind, value: string | undefined): void {
  if (kind === 'flag' && value !== undefined)
    throw new UsageError({
      ja: `${option} に値は指定できません。`,
      en: `${option} takes no value.`,
    });
  // No valid value starts with a dash, so this is the next option.
  if (kind !== 'flag' && (!value || value.startsWith('-')))
    throw new UsageError({
      ja: `${option} に値を指定してください。`,
      en: `${option} needs a value.`,
    });
  if (option === '--lang' && value !== 'ja' && value !== 'en')
    throw new UsageError({
      ja: `--lang には ja か en を指定してください: ${quoted(value ?? '')}`,
      en: `--lang must be ja or en: ${quoted(value ?? '')}`,
    });
}
