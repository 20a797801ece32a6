import { parseArgs } from 'node:util';
import type { Language } from '../foundation/language.js';

/** The language of everything printed. */

/** Something the person at the terminal can put right: told in one line, without a stack. */
export class UsageError extends Error {
  readonly text: Readonly<Record<Language, string>>;
  /** 2 for what was typed, 1 for what the machine refused. */
  readonly exitCode: 1 | 2;

  constructor(text: Readonly<Record<Language, string>>, exitCode: 1 | 2 = 2) {
    super(text.en);
    this.text = text;
    this.exitCode = exitCode;
  }
}

/**
 * The last `--lang` if it is one, else what the environment says: Japanese, unless a language other
 * than Japanese is set.
 */
export function languageOf(args: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const asked = args
    .map((arg, index) => (arg === '--lang' ? args[index + 1] : /^--lang=(.*)$/.exec(arg)?.[1]))
    .findLast((value) => value !== undefined);
  if (asked === 'ja' || asked === 'en') return asked;
  const set = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || 'ja';
  // C and POSIX name no language, and are what a container has when nobody set one.
  return /^(ja|C|POSIX)([_.@-]|$)/.test(set) ? 'ja' : 'en';
}

/** As typed, in quotes and without what could steer the terminal. */
export function quoted(value: string): string {
  return JSON.stringify(value.replaceAll(/\p{C}/gu, '�'));
}

/**
 * Reads arguments: options that take a value, and flags.
 *
 * @throws UsageError naming the option that is unknown, lacks its value or has one too many; and
 * for a `--lang` that is neither ja nor en.
 */
export function readArguments<K extends string>(
  args: readonly string[],
  options: Readonly<Record<K, 'flag' | 'value'>>,
): { values: { [N in K]?: string }; positionals: string[] } {
  const types = Object.entries<'flag' | 'value'>(options).map(
    ([name, kind]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }] as const,
  );
  // Not strict: the messages of node:util are in English, and tell the programmer more than the
  // person who typed.
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
    if (options[key] === 'flag' && value !== undefined) {
      throw new UsageError({
        ja: `${rawName} に値は指定できません。`,
        en: `${rawName} takes no value.`,
      });
    }
    // No value of ours begins with a dash: what looks like the next option is one.
    if (options[key] === 'value' && (!value || value.startsWith('-'))) {
      throw new UsageError({
        ja: `${rawName} に値を指定してください。`,
        en: `${rawName} needs a value.`,
      });
    }
    if (name === 'lang' && value !== 'ja' && value !== 'en') {
      throw new UsageError({
        ja: `--lang は ja か en です: ${quoted(value ?? '')}`,
        en: `--lang is ja or en: ${quoted(value ?? '')}`,
      });
    }
    values[key] = value ?? '';
  }
  return { values, positionals };
}
