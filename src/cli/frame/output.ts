import type { Language } from '../../foundation/language.js';
import { UsageError } from '../arguments.js';
import { writeTextFile } from '../files.js';

/** A text that an option writes to a file, or to standard output. */
export interface OutputFile {
  /** The option with its dashes. */
  readonly option: string;
  /** The path as typed. `-` is standard output. Undefined: the option was not given. */
  readonly path: string | undefined;
  makeText(): string;
}

/**
 * Writes the files that options name. Returns the text to print: only the text for `-` if an option
 * names it, otherwise the result of `otherwise`.
 *
 * @param otherwise - receives the lines that name the written files.
 * @throws UsageError when two options take standard output, or a file cannot be written.
 */
export function writeOutputs(
  files: readonly OutputFile[],
  otherwise: (written: string) => string,
  lang: Language,
): string {
  const named = files.filter(({ path }) => path !== undefined);
  const [printed, second] = named.filter(({ path }) => path === '-');
  if (second !== undefined)
    throw new UsageError({
      ja: `${printed?.option} と ${second.option} の両方に - は指定できません。`,
      en: `${printed?.option} and ${second.option} cannot both be -.`,
    });
  const text = printed?.makeText();
  const written = named
    .filter((file) => file !== printed)
    .map(({ path = '', makeText }) => {
      writeTextFile(path, makeText());
      return { ja: `保存しました: ${path}\n`, en: `written: ${path}\n` }[lang];
    });
  return text ?? otherwise(written.join(''));
}
