import type { Language } from '../../foundation/language.js';
import type { Texts } from '../arguments.js';
import {
  type CommandSpec,
  commonExits,
  type GroupSpec,
  isGroup,
  type ListedCommand,
  type OperandSpec,
  type OptionSpecs,
  type Values,
} from './spec.js';
import type { Terminal } from './terminal.js';
import { table, wrap } from './wrap.js';

/** The options that every command has. */
export const commonOptions = {
  lang: {
    value: { ja: 'ja|en', en: 'ja|en' },
    text: {
      ja: '表示する言語（省略時は LC_ALL、LC_MESSAGES、LANG、OS の順に判定）',
      en: 'language (default: from LC_ALL, LC_MESSAGES, LANG, or the system)',
    },
    choices: ['ja', 'en'],
  },
  help: { text: { ja: 'この説明を表示', en: 'show this help' } },
  version: { text: { ja: 'バージョンを表示', en: 'show the version' } },
} as const satisfies OptionSpecs;

/** The short forms of the common options. */
const shortForms: Readonly<Record<string, string>> = { help: 'h', version: 'v' };

const titles = {
  usage: { ja: '使い方', en: 'Usage' },
  commands: { ja: 'コマンド', en: 'Commands' },
  operands: { ja: '引数', en: 'Arguments' },
  options: { ja: 'オプション', en: 'Options' },
  common: { ja: '共通のオプション', en: 'Common options' },
  examples: { ja: '例', en: 'Examples' },
  exits: { ja: '終了コード', en: 'Exit codes' },
  more: { ja: '詳しい説明', en: 'Learn more' },
} as const satisfies Record<string, Texts>;

/** Input of {@link helpText}. */
export interface HelpPage {
  /** The command as it is typed, e.g. `myna-selfinfo shapes record`. */
  readonly name: string;
  readonly spec: CommandSpec | GroupSpec;
  /** The options given beside `--help`. */
  readonly values: Values<OptionSpecs>;
  readonly lang: Language;
  readonly terminal: Terminal;
}

/** Longer help lines are hard to read. */
const WIDEST = 110;

/** Writes the help of a command. */
export function helpText({ name, spec, values, lang, terminal }: HelpPage): string {
  const columns = Math.min(terminal.columns ?? 80, WIDEST);
  const title = (text: string) => terminal.paint('bold', text);
  const rows = (list: readonly (readonly string[])[]) =>
    table(list, {
      columns,
      paint: (text, column) =>
        column === 0 && (list[0]?.length ?? 0) > 1 ? terminal.paint('cyan', text) : text,
    });
  const block = (heading: Texts, text: string) => `\n${title(heading[lang])}\n${text}`;
  const usage = `${titles.usage[lang]}: ${usageOf(name, spec, lang)}`;
  const parts = [
    `${title(wrap(usage, columns, '  '))}\n`,
    `\n${wrap(spec.about[lang], columns)}\n`,
  ];
  if (isGroup(spec)) parts.push(block(titles.commands, rows(commandRows(spec.commands, lang))));
  else {
    parts.push(...optionBlocks(spec, lang, block, rows));
    for (const { title: text, rows: list } of spec.sections?.(values, lang) ?? [])
      parts.push(`\n${title(text)}\n${rows(list)}`);
  }
  parts.push(block(titles.common, rows(optionRows(commonOptions, lang))));
  if (!isGroup(spec)) {
    const examples = spec.examples.map(([command, text]) => exampleText(command, text[lang]));
    if (examples.length > 0) parts.push(block(titles.examples, examples.join('\n')));
    parts.push(block(titles.exits, rows(exitRows(spec, lang))));
  }
  parts.push(
    block(
      titles.more,
      `${moreLines(name, spec, lang)
        .map((line) => wrap(`  ${line}`, columns))
        .join('\n')}\n`,
    ),
  );
  return parts.join('');

  function exampleText(command: string, text: string): string {
    const said = wrap(`  # ${text}`, columns, '# ');
    return `${terminal.paint('dim', said)}\n  $ ${command.replace(/^(?=myna-selfinfo )/, 'npx ')}\n`;
  }
}

/** Returns the usage of a command, without its label. */
export function usageOf(name: string, spec: CommandSpec | GroupSpec, lang: Language): string {
  if (isGroup(spec))
    return `${name} ${{ ja: '<コマンド> [オプション]', en: '<command> [options]' }[lang]}`;
  const operands = spec.operands.map((operand) => operandName(operand, lang));
  return [name, ...operands, { ja: '[オプション]', en: '[options]' }[lang]].join(' ');
}

function operandName({ name, count }: OperandSpec, lang: Language): string {
  const text = name[lang];
  return { one: `<${text}>`, maybe: `[${text}]`, many: `[${text}...]` }[count];
}

/** Lists commands with their summaries. */
function commandRows(
  commands: Readonly<Record<string, ListedCommand>>,
  lang: Language,
): readonly (readonly [string, string])[] {
  return Object.entries(commands).map(([name, { summary }]) => [name, summary[lang]]);
}

/** Lists options with their texts. */
export function optionRows(
  options: OptionSpecs,
  lang: Language,
): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, text }]) => {
    const short = shortForms[name];
    const label = `${short === undefined ? '' : `-${short}, `}--${name}${value ? ` ${value[lang]}` : ''}`;
    return [label, text[lang]];
  });
}

/** Returns the options by their headings, in the order of the command. */
function optionGroups({ options }: CommandSpec, lang: Language): ReadonlyMap<string, OptionSpecs> {
  const groups = new Map<string, Record<string, OptionSpecs[string]>>();
  for (const [name, option] of Object.entries(options)) {
    const title = (option.group ?? titles.options)[lang];
    groups.set(title, { ...groups.get(title), [name]: option });
  }
  return groups;
}

function optionBlocks(
  spec: CommandSpec,
  lang: Language,
  block: (heading: Texts, text: string) => string,
  rows: (list: readonly (readonly string[])[]) => string,
): string[] {
  return [...optionGroups(spec, lang)].map(([title, options]) =>
    block({ ja: title, en: title }, rows(optionRows(options, lang))),
  );
}

/** Lists the exit codes of a command. */
function exitRows({ exits }: CommandSpec, lang: Language): readonly (readonly [string, string])[] {
  return Object.entries({ ...commonExits, ...exits }).flatMap(([code, text]) =>
    text === undefined ? [] : [[code, text[lang]] as const],
  );
}

function moreLines(name: string, spec: CommandSpec | GroupSpec, lang: Language): string[] {
  const page = `node_modules/myna-selfinfo/docs/${lang === 'ja' ? 'ja/' : ''}${spec.page}`;
  if (isGroup(spec))
    return [{ ja: `${name} <コマンド> --help`, en: `${name} <command> --help` }[lang], page];
  const schemas = (spec.schemas ?? []).map(
    (schema) =>
      ({
        ja: `JSON の形式: npx myna-selfinfo schema ${schema}`,
        en: `JSON format: npx myna-selfinfo schema ${schema}`,
      })[lang],
  );
  return [...schemas, page];
}
