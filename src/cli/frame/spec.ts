import type { Language } from '../../foundation/language.js';
import type { Texts } from '../arguments.js';
import type { Terminal } from './terminal.js';

/** An option of a command. */
export interface OptionSpec {
  /** Placeholder of the value, e.g. 時刻 / TIME. Absent: a flag. */
  readonly value?: Texts;
  /** Text in the help. */
  readonly text: Texts;
  /** The heading above it in the help. Default: Options. */
  readonly group?: Texts;
  /** Whether it takes several values, separated by commas or given repeatedly. */
  readonly list?: true;
  /** The allowed values. The shell completes them. */
  readonly choices?: readonly string[];
  /** Paths that the shell completes as well. */
  readonly completes?: 'files' | 'folders';
}

/** The options of a command by name, without the dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The typed values of the options: `true` for a flag, a list, or a text. */
export type Values<O extends OptionSpecs> = {
  readonly [N in keyof O]?: O[N] extends { readonly value: Texts }
    ? O[N] extends { readonly list: true }
      ? readonly TextOf<O[N]>[]
      : TextOf<O[N]>
    : true;
};

/** One of the choices, if an option has any. */
type TextOf<O extends OptionSpec> = O extends { readonly choices: readonly (infer C)[] }
  ? C
  : string;

/** A positional argument. */
export interface OperandSpec {
  readonly name: Texts;
  /** How many: exactly one, at most one, or any number. Only the last one can be `many`. */
  readonly count: 'one' | 'maybe' | 'many';
  /** The allowed values. */
  readonly choices?: readonly string[];
  /** What the shell completes besides the choices. */
  readonly completes?: 'files' | (() => readonly string[]);
}

/** A table of the help below the options, such as the targets of `calendar`. */
export interface Section {
  readonly title: string;
  /** Names with their texts, or texts alone. */
  readonly rows: readonly (readonly string[])[];
}

/** Input of a command. */
export interface Call<O extends OptionSpecs = OptionSpecs> {
  readonly values: Values<O>;
  readonly operands: readonly string[];
  readonly lang: Language;
  readonly terminal: Terminal;
}

/** A command. */
export interface CommandSpec<O extends OptionSpecs = OptionSpecs> {
  /** The description. Paragraphs are separated by `\n\n`. */
  readonly about: Texts;
  readonly operands: readonly OperandSpec[];
  readonly options: O;
  sections?(values: Values<O>, lang: Language): readonly Section[];
  /** Commands to copy, each with a description. */
  readonly examples: readonly (readonly [command: string, text: Texts])[];
  /** Meanings of exit codes, beside {@link commonExits}. `undefined` removes one of those. */
  readonly exits: ExitTexts;
  /** The page of the guide, e.g. `calendar.md`. */
  readonly page: string;
  /** Names of the formats of `--json`, for the command `schema`. */
  readonly schemas?: readonly string[];
  /** Runs it. Resolves to the text to print. */
  run(call: Call<O>): Promise<string>;
}

/** A command with subcommands, such as `shapes`. */
export interface GroupSpec {
  readonly about: Texts;
  readonly commands: Readonly<Record<string, ListedCommand>>;
  readonly page: string;
}

/** A command in a list, loaded when it is called. */
export interface ListedCommand {
  readonly summary: Texts;
  load(): Promise<CommandSpec | GroupSpec>;
}

/** Declares a command, so that the compiler knows its options. */
export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): CommandSpec {
  return spec as unknown as CommandSpec;
}

/** Returns whether a command has subcommands. */
export function isGroup(spec: CommandSpec | GroupSpec): spec is GroupSpec {
  return 'commands' in spec;
}

/** Meanings of exit codes. */
export type ExitTexts = Readonly<Record<number, Texts | undefined>>;

/** The exit codes that every command has. */
export const commonExits: ExitTexts = {
  0: { ja: '正常に終了', en: 'done' },
  1: {
    ja: 'システムが拒否した（書き込めない、ポートが使用中など）',
    en: 'the system refused: a file cannot be written, a port is in use',
  },
  2: {
    ja: '引数、または読み込んだファイルの内容に誤りがある',
    en: 'an argument, or the content of an input file, is wrong',
  },
  130: { ja: 'Ctrl+C で中止した', en: 'stopped by Ctrl+C' },
};

/** The exit codes of a command that runs until it is stopped. */
export const serverExits: ExitTexts = {
  0: { ja: 'Ctrl+C などで終了した', en: 'ended by Ctrl+C or another signal' },
  130: undefined,
};
