import { Command, CommanderError, Option } from 'commander';
import type { Language } from '../../foundation/language.js';
import { nearest } from '../../foundation/nearest.js';
import { quoted, type Texts, UsageError } from '../arguments.js';
import { commonOptions, helpText } from './help.js';
import {
  type CommandSpec,
  type GroupSpec,
  isGroup,
  type ListedCommand,
  type OperandSpec,
  type OptionSpec,
  type OptionSpecs,
  type Values,
} from './spec.js';
import type { Terminal } from './terminal.js';

/** Input of {@link runProgram}. */
export interface Run {
  /** The name of the program. */
  readonly name: string;
  /** The description of the program, and its commands. */
  readonly root: GroupSpec;
  readonly version: () => string;
  readonly args: readonly string[];
  readonly lang: Language;
  readonly terminal: Terminal;
}

/**
 * Runs the command that the arguments name. Resolves to the text to print.
 *
 * @throws UsageError when an argument is wrong; any error of the command.
 */
export async function runProgram(run: Run): Promise<string> {
  const args = withoutHelpCommand(run);
  const printed: string[] = [];
  const program = new Node(run, run.name, run.root, (text) => void printed.push(text));
  program.exitOverride().configureOutput({
    writeOut: (text) => void printed.push(text),
    writeErr: (text) => void printed.push(text),
  });
  addCommon(program, run);
  await addCommands(program, run.root.commands, args);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Help and version were printed. A group without a command prints its help, too.
    if (!(error instanceof CommanderError)) throw error;
  }
  return printed.join('');
}

/** Turns `help X` into `X --help`. Leaves an unknown command as it is, so that it is refused. */
function withoutHelpCommand({ args, root }: Run): string[] {
  const at = firstOperand(args);
  if (at < 0 || args[at] !== 'help') return [...args];
  const rest = args.toSpliced(at, 1);
  const topic = rest[firstOperand(rest)];
  return topic === undefined || Object.hasOwn(root.commands, topic) ? [...rest, '--help'] : rest;
}

/** Returns the index of the first argument that is not an option, or -1. */
export function firstOperand(args: readonly string[]): number {
  return args.findIndex((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--lang');
}

/** Adds the named command with its options, and the others by name only. */
async function addCommands(
  parent: Node,
  commands: Readonly<Record<string, ListedCommand>>,
  args: readonly string[],
): Promise<void> {
  const at = firstOperand(args);
  for (const [name, { load }] of Object.entries(commands)) {
    if (args[at] !== name) {
      parent.addCommand(new Command(name));
      continue;
    }
    const spec = await load();
    const node = parent.child(name, spec);
    if (isGroup(spec)) await addCommands(node, spec.commands, args.slice(at + 1));
    else node.take(spec);
    parent.addCommand(node);
  }
}

function addCommon(program: Node, { version, lang, args }: Run): void {
  program.helpOption('-h, --help').helpCommand(false);
  program.addOption(optionOf('lang', commonOptions.lang));
  // The version is in a file, so it is read only on request.
  const asked = args.some((arg) => arg === '-v' || arg === '--version');
  program.version(asked ? version() : '', '-v, --version', commonOptions.version.text[lang]);
}

/** A command of commander with our texts. */
class Node extends Command {
  readonly #run: Run;
  readonly #spec: CommandSpec | GroupSpec;
  readonly #print: (text: string) => void;
  /** The full name of the command, with its parents. */
  readonly #path: string;

  constructor(
    run: Run,
    path: string,
    spec: CommandSpec | GroupSpec,
    print: (text: string) => void,
  ) {
    super(path.split(' ').at(-1));
    this.#run = run;
    this.#path = path;
    this.#spec = spec;
    this.#print = print;
  }

  child(name: string, spec: CommandSpec | GroupSpec): Node {
    const node = new Node(this.#run, `${this.#path} ${name}`, spec, this.#print);
    node.copyInheritedSettings(this);
    return node.helpCommand(false) as Node;
  }

  /** Takes the options and operands of a command, and runs it. */
  take(spec: CommandSpec): void {
    for (const [name, option] of Object.entries(spec.options))
      this.addOption(optionOf(name, option));
    for (const { name, count } of spec.operands)
      this.argument({ one: `<${name.en}>`, maybe: `[${name.en}]`, many: `[${name.en}...]` }[count]);
    this.action(async () => {
      const { lang, terminal } = this.#run;
      for (const [index, typed] of this.args.entries())
        checkOperand(typed, spec.operands[index] ?? spec.operands.at(-1));
      const operands = [...this.args];
      this.#print(await spec.run({ values: this.#values(), operands, lang, terminal }));
    });
  }

  #values(): Values<OptionSpecs> {
    const { options } = isGroup(this.#spec) ? { options: {} } : this.#spec;
    const typed = Object.keys(options).map((name) => [name, this.getOptionValue(keyOf(name))]);
    return Object.fromEntries(typed.filter(([, value]) => value !== undefined));
  }

  override helpInformation(): string {
    const { lang, terminal } = this.#run;
    const [name, spec, values] = [this.#path, this.#spec, this.#values()];
    return helpText({ name, spec, values, lang, terminal });
  }

  /** Replaces the errors of commander with texts in both languages. */
  override error(message: string, { code = '' }: { code?: string } = {}): never {
    const typed = /'([\s\S]*)'/.exec(message)?.[1] ?? '';
    throw errorOf(code, typed, this.#names(), this.args, this.#path);
  }

  #names(): Names {
    const spec = this.#spec;
    return {
      options: [...Object.keys(isGroup(spec) ? {} : spec.options), ...Object.keys(commonOptions)],
      commands: Object.keys(isGroup(spec) ? spec.commands : {}),
      operands: isGroup(spec) ? [] : spec.operands.map(({ name }) => name),
    };
  }
}

/** The names that a command accepts. */
interface Names {
  readonly options: readonly string[];
  readonly commands: readonly string[];
  readonly operands: readonly Texts[];
}

function errorOf(
  code: string,
  typed: string,
  { options, commands, operands }: Names,
  args: readonly string[],
  path: string,
): UsageError {
  const option = /^--[^=\s]+/.exec(typed)?.[0] ?? '';
  switch (code) {
    case 'commander.unknownCommand':
      return new UsageError(
        { ja: `不明なコマンドです: ${quoted(typed)}`, en: `unknown command: ${quoted(typed)}` },
        { near: nearest(typed, commands), path },
      );
    case 'commander.unknownOption': {
      if (options.includes(option.slice(2))) return takesNoValue(option);
      const near = nearest(option.slice(2), options);
      return new UsageError(
        { ja: `不明なオプションです: ${quoted(typed)}`, en: `unknown option: ${quoted(typed)}` },
        { near: near && `--${near}`, path },
      );
    }
    case 'commander.optionMissingArgument':
      return needsValue(option);
    case 'commander.excessArguments': {
      const surplus = quoted(args[operands.length] ?? '');
      return new UsageError(
        { ja: `余分な引数です: ${surplus}`, en: `unexpected argument: ${surplus}` },
        { path },
      );
    }
    case 'commander.missingArgument': {
      const missing = operands[args.length] ?? operands.at(-1);
      return new UsageError(
        { ja: `引数がありません: ${missing?.ja}`, en: `missing argument: ${missing?.en}` },
        { path },
      );
    }
    default:
      throw new Error(`commander: ${code}`);
  }
}

function takesNoValue(option: string): UsageError {
  return new UsageError({
    ja: `${option} に値は指定できません。`,
    en: `${option} takes no value.`,
  });
}

function needsValue(option: string): UsageError {
  return new UsageError({
    ja: `${option} に値を指定してください。`,
    en: `${option} needs a value.`,
  });
}

/** Returns the name under which commander stores an option. */
function keyOf(name: string): string {
  return new Option(`--${name}`).attributeName();
}

function optionOf(name: string, { value, list, choices }: OptionSpec): Option {
  if (value === undefined) return new Option(`--${name}`);
  const option = new Option(`--${name} <${value.en.replaceAll(/[<>[\]]/g, '')}>`);
  return option.argParser((typed: string, before: string | readonly string[] | undefined) => {
    // No valid value starts with a dash, so this is the next option. A dash alone is a file.
    if (typed === '' || /^-./.test(typed)) throw needsValue(`--${name}`);
    const values = list ? typed.split(',').map((one) => one.trim()) : [typed];
    for (const one of values) checkChoice(one, choices, `--${name}`);
    return list ? [...(before ?? []), ...values] : typed;
  });
}

function checkChoice(typed: string, choices: readonly string[] | undefined, option: string): void {
  if (choices === undefined || choices.includes(typed)) return;
  throw new UsageError(
    {
      ja: `${option} には ${choices.join('、')} のいずれかを指定してください: ${quoted(typed)}`,
      en: `${option} must be one of ${choices.join(', ')}: ${quoted(typed)}`,
    },
    { near: nearest(typed, choices) },
  );
}

function checkOperand(typed: string, operand: OperandSpec | undefined): void {
  const { name, choices } = operand ?? {};
  if (name === undefined || choices === undefined || choices.includes(typed)) return;
  throw new UsageError(
    {
      ja: `不明な${name.ja}です: ${quoted(typed)}`,
      en: `unknown ${name.en.toLowerCase()}: ${quoted(typed)}`,
    },
    { near: nearest(typed, choices) },
  );
}
