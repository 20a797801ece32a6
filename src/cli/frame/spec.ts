import type { Language } from '../../foundation/language.js';
import type { Texts } from '../arguments.js';
import type { Terminal } from './terminal.js';

/** An option of a command. */
export interface OptionSpec {
  /** What it takes, e.g. 時刻 / TIME. Absent: it is a flag. */
  readonly value?: Texts;
  /** The text of the help. */
  readonly text: Texts;
  /** The heading above it in the help. Default: Options. */
  readonly group?: Texts;
  /** Whether it takes several values: with commas, or given again. */
  readonly list?: true;
  /** The only values. The shell completes them. */
  readonly choices?: readonly string[];
  /** What else the shell completes. */
  readonly completes?: 'files' | 'folders';
}

/** The options of a command by name, without the dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was typed for each option: `true` for a flag, a list, or a text. */
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

/** An argument that is no option. */
export interface OperandSpec {
  readonly name: Texts;
  /** How often: once, at most once, or as often as wanted. The last one alone can be `many`. */
  readonly count: 'one' | 'maybe' | 'many';
  /** The only values. */
  readonly choices?: readonly string[];
  /** What the shell completes beside the choices. */
  readonly completes?: 'files' | (() => readonly string[]);
}

/** A table of the help below the options, such as the targets of `calendar`. */
export interface Section {
  readonly title: string;
  /** Names with their texts, or texts alone. */
  readonly rows: readonly (readonly string[])[];
}

/** What a command is started with. */
export interface Call<O extends OptionSpecs = OptionSpecs> {
  readonly values: Values<O>;
  readonly operands: readonly string[];
  readonly lang: Language;
  readonly terminal: Terminal;
}

/** A command. */
export interface CommandSpec<O extends OptionSpecs = OptionSpecs> {
  /** What it does. Paragraphs are separated by `\n\n`. */
  readonly about: Texts;
  readonly operands: readonly OperandSpec[];
  readonly options: O;
  sections?(values: Values<O>, lang: Language): readonly Section[];
  /** Commands to copy, each with what it does. */
  readonly examples: readonly (readonly [command: string, text: Texts])[];
  /** What exit codes mean here. Those of {@link commonExits} are added, `undefined` removes one. */
  readonly exits: ExitTexts;
  /** The page of the guide, e.g. `calendar.md`. */
  readonly page: string;
  /** The names that `schema` prints for `--json`. */
  readonly schemas?: readonly string[];
  /** Runs it. Resolves to the text to print. */
  run(call: Call<O>): Promise<string>;
}

/** A command that has commands of its own, such as `shapes`. */
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

/** Whether a command has commands of its own. */
export function isGroup(spec: CommandSpec | GroupSpec): spec is GroupSpec {
  return 'commands' in spec;
}

/** What exit codes mean. */
export type ExitTexts = Readonly<Record<number, Texts | undefined>>;

/** What the exit codes mean of every command. */
export const commonExits: ExitTexts = {
  0: { ja: '正常に終了', en: 'done' },
  1: {
    ja: 'システムが拒否した（書き込めない、ポートが使用中など）',
    en: 'the system refused: a file cannot be written, a port is in use',
  },
  2: {
    ja: '引数、または読み込んだファイルの内容に誤りがある',
    en: 'an argument, or the content of a file that was read, is wrong',
  },
  130: { ja: 'Ctrl+C で中止した', en: 'stopped by Ctrl+C' },
};

/** The exit codes of a command that runs until it is stopped. */
export const serverExits: ExitTexts = {
  0: { ja: 'Ctrl+C などで終了した', en: 'ended by Ctrl+C or another signal' },
  130: undefined,
};
