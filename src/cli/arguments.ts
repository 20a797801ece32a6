import type { Language } from '../foundation/language.js';

/** A text to print, in both languages. */
export type Texts = Readonly<Record<Language, string>>;

/** Options of {@link UsageError}. */
interface UsageErrorOptions {
  /** 2 when an argument is wrong, 1 when the system refused. Default: 2. */
  readonly exitCode?: 1 | 2;
  /** The nearest valid name. */
  readonly near?: string | undefined;
  /** The command whose help explains the arguments. Default: the one that was called. */
  readonly path?: string;
}

/** An error that the person at the terminal can fix. Printed in one line, without a stack. */
export class UsageError extends Error {
  readonly text: Texts;
  readonly exitCode: 1 | 2;
  readonly near: string | undefined;
  readonly path: string | undefined;

  constructor(text: Texts, options: 1 | 2 | UsageErrorOptions = {}) {
    super(text.en);
    const {
      exitCode = 2,
      near,
      path,
    } = typeof options === 'number' ? { exitCode: options } : options;
    this.text = text;
    this.exitCode = exitCode;
    this.near = near;
    this.path = path;
  }
}

/**
 * Returns the last valid `--lang`. Otherwise reads the environment: Japanese if LC_ALL, LC_MESSAGES
 * or LANG, the first that is set, names it. Where none is set, as on Windows, the system decides.
 *
 * @param systemLocale - the language tag of the system.
 */
export function languageOf(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  systemLocale = Intl.DateTimeFormat().resolvedOptions().locale,
): Language {
  const option = args
    .map((arg, index) => (arg === '--lang' ? args[index + 1] : /^--lang=(.*)$/.exec(arg)?.[1]))
    .findLast((value) => value !== undefined);
  if (option === 'ja' || option === 'en') return option;
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  return /^ja([_.@-]|$)/.test(LC_ALL || LC_MESSAGES || LANG || systemLocale) ? 'ja' : 'en';
}

/** Quotes a value as it was typed. Removes characters that could control the terminal. */
export function quoted(value: string): string {
  return JSON.stringify(value.replaceAll(/\p{C}/gu, '�'));
}
