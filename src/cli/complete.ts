import type { Language } from '../foundation/language.js';
import { own } from '../foundation/own.js';
import { commonOptions } from './frame/help.js';
import {
  type CommandSpec,
  type GroupSpec,
  isGroup,
  type ListedCommand,
  type OptionSpec,
} from './frame/spec.js';

/** Where the cursor is: the command, its operands before, and the option that takes a value. */
interface Place {
  readonly spec: CommandSpec | GroupSpec;
  readonly operands: number;
  readonly option: OptionSpec | undefined;
}

/**
 * Lists what can follow on a command line: one candidate per line, with a text after a tab.
 * The lines `:files` and `:folders` ask the shell for paths.
 *
 * @param words - the arguments up to the cursor. The last one is being typed.
 */
export async function completionsOf(
  words: readonly string[],
  root: GroupSpec,
  lang: Language,
): Promise<string> {
  // Bash splits a word at `=`, and passes `=` as a separate word.
  const current = (words.at(-1) ?? '').replace(/^=$/, '');
  const place = await placeOf(words.slice(0, -1), root);
  const [whole, name = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(current) ?? [];
  const [start, typed] = whole === undefined ? ['', current] : [`--${name}=`, value];
  const inline = whole === undefined ? undefined : optionIn(place.spec, name);
  const found =
    (place.option ?? inline) !== undefined
      ? valuesOf(place.option ?? inline)
      : typed.startsWith('-')
        ? optionsOf(place.spec, lang)
        : operandsOf(place, typed, lang);
  return found
    .filter(([candidate]) => candidate.startsWith(':') || candidate.startsWith(typed))
    .map(([candidate, text]) => {
      const said = candidate.startsWith(':') ? candidate : start + candidate;
      return text === undefined ? `${said}\n` : `${said}\t${text}\n`;
    })
    .join('');
}

type Candidate = readonly [candidate: string, text?: string];

async function placeOf(words: readonly string[], root: GroupSpec): Promise<Place> {
  let spec: CommandSpec | GroupSpec = root;
  let option: OptionSpec | undefined;
  let operands = 0;
  for (const word of words) {
    if (word === '=') continue;
    if (option !== undefined) option = undefined;
    else if (word.startsWith('-')) {
      const found = optionIn(spec, word.replace(/^--/, ''));
      option = found?.value === undefined ? undefined : found;
    } else {
      const command: ListedCommand | undefined = isGroup(spec)
        ? own(spec.commands, word)
        : undefined;
      if (command !== undefined) spec = await command.load();
      else if (word !== 'help') operands++;
    }
  }
  return { spec, operands, option };
}

function optionIn(spec: CommandSpec | GroupSpec, name: string): OptionSpec | undefined {
  return own(isGroup(spec) ? {} : spec.options, name) ?? own(commonOptions, name);
}

function valuesOf(option: OptionSpec | undefined): readonly Candidate[] {
  const { choices = [], completes } = option ?? {};
  return [
    ...choices.map((one) => [one] as const),
    ...(completes ? [[`:${completes}`] as const] : []),
  ];
}

function optionsOf(spec: CommandSpec | GroupSpec, lang: Language): readonly Candidate[] {
  const options: Readonly<Record<string, OptionSpec>> = {
    ...(isGroup(spec) ? {} : spec.options),
    ...commonOptions,
  };
  return Object.entries(options).map(([name, { text }]) => [`--${name}`, text[lang]]);
}

function operandsOf(
  { spec, operands }: Place,
  typed: string,
  lang: Language,
): readonly Candidate[] {
  if (isGroup(spec))
    return Object.entries(spec.commands).map(([name, { summary }]) => [name, summary[lang]]);
  const last = spec.operands.at(-1);
  const operand = spec.operands[operands] ?? (last?.count === 'many' ? last : undefined);
  if (operand === undefined) return optionsOf(spec, lang);
  if (operand.completes === 'files') return [[':files']];
  // Targets are joined by + and @. The part before the last one stays.
  const [start = ''] = /^.*[+@]/s.exec(typed) ?? [];
  const names = operand.choices ?? operand.completes?.() ?? [];
  return names.map((name) => [start + name]);
}
