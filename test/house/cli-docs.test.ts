import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootCommand } from '../../src/cli/commands.js';
import { optionRows, usageOf } from '../../src/cli/frame/help.js';
import { type GroupSpec, isGroup, type ListedCommand } from '../../src/cli/frame/spec.js';
import type { Language } from '../../src/foundation/language.js';
import { root } from './sources.js';

// The last section of the pages is written from the program. After a change of a command, run: npx
// vitest run test/house/cli-docs.test.ts --update

const titles = { ja: '## コマンド', en: '## Commands' } as const;
const heads = {
  ja: '| オプション | 説明 |\n|---|---|',
  en: '| option | what it does |\n|---|---|',
} as const;

/** Returns the section of a command, and those of its commands. */
async function sectionOf(
  name: string,
  { summary, load }: ListedCommand,
  lang: Language,
): Promise<string> {
  const spec = await load();
  if (isGroup(spec)) return sectionsOf(spec, name, lang);
  const rows = optionRows(spec.options, lang).map(
    ([option = '', text = '']) => `| \`${option.replaceAll('|', '\\|')}\` | ${text} |\n`,
  );
  const table = rows.length === 0 ? '' : `\n${heads[lang]}\n${rows.join('')}`;
  return `### ${name.replace('myna-selfinfo ', '')}\n\n\`${usageOf(name, spec, lang)}\`\n\n${summary[lang]}\n${table}\n`;
}

async function sectionsOf({ commands }: GroupSpec, name: string, lang: Language): Promise<string> {
  const sections: string[] = [];
  for (const [one, listed] of Object.entries(commands))
    sections.push(await sectionOf(`${name} ${one}`, listed, lang));
  return sections.join('');
}

describe.each([
  ['docs/cli.md', 'en'],
  ['docs/ja/cli.md', 'ja'],
] as const)('%s', (path, lang) => {
  it('lists every command and option as the program has them', async () => {
    const [written] = readFileSync(join(root, path), 'utf8').split(titles[lang]);
    const sections = await sectionsOf(rootCommand, 'myna-selfinfo', lang);
    const page = `${written}${titles[lang]}\n\n${sections.trimEnd()}\n`;
    await expect(page).toMatchFileSnapshot(join(root, path));
  });
});
