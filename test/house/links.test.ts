import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, root, type Source } from './sources.js';

/** Returns the text without its code. Every line keeps its number. */
function proseOf({ text }: Source): string[] {
  let fence: string | undefined;
  return text.split('\n').map((line) => {
    const [, mark] = /^ *(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence)) fence = undefined;
    else if (fence === undefined) return line;
    return '';
  });
}

/** Returns level and text of every heading. */
function headingsOf(page: Source): { readonly level: number; readonly text: string }[] {
  return proseOf(page).flatMap((line) => {
    const [, marks = '', text = ''] = /^(#{1,6}) +(.*?)(?: +#+)? *$/.exec(line) ?? [];
    return marks ? [{ level: marks.length, text }] : [];
  });
}

/**
 * Returns the anchors of a page: those that GitHub makes of the headings, numbered where a heading
 * repeats, and explicit ones.
 */
function anchorsOf(page: Source): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of headingsOf(page)) {
    const shown = text.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('*', '');
    const slug = shown
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  for (const [, anchor = ''] of proseOf(page)
    .join('\n')
    .matchAll(/<[^>]* (?:id|name)="([^"]+)"/g))
    anchors.add(anchor);
  return anchors;
}

/** Returns the targets of the links and images of a page, by line. */
function linksOf(page: Source): { readonly line: number; readonly target: string }[] {
  return proseOf(page).flatMap((text, index) => {
    const prose = text.replaceAll(/(`+)(?!`)[^`].*?\1/g, (code) => code.replaceAll(/[^`]/g, '.'));
    const links = [
      ...prose.matchAll(/\]\(\s*<?([^)\s>]*)>?(?:\s+"[^"]*")?\s*\)/g),
      ...prose.matchAll(/^ *\[[^\]]+\]: +<?([^\s>]+)>?/g),
      ...prose.matchAll(/<[^>]* (?:href|src)="([^"]*)"/g),
    ];
    return links.map(([, target = '']) => ({ line: index + 1, target }));
  });
}

/** Returns the broken links. Links to other sites are not followed. */
function brokenLinks(all: readonly Source[]): string[] {
  const byPath = new Map(all.map((page) => [page.path, page]));
  return all.flatMap((page) =>
    linksOf(page).flatMap(({ line, target }) => {
      if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return [];
      const [file = '', anchor] = decodeURIComponent(target).split('#');
      const path =
        file === '' ? page.path : normalize(join(dirname(page.path), file)).replaceAll('\\', '/');
      const linked = byPath.get(path);
      const leads =
        (linked !== undefined || existsSync(join(root, path))) &&
        !file.startsWith('/') &&
        !path.startsWith('..');
      return leads &&
        (anchor === undefined || (linked !== undefined && anchorsOf(linked).has(anchor)))
        ? []
        : [`${page.path}:${line} ${target}`];
    }),
  );
}

/**
 * Returns where the languages differ: a page without its translation, or another order of headings.
 */
function unlikeTwins(all: readonly Source[]): string[] {
  const twins = all
    .filter(({ path }) => path === 'README.md' || /^docs\/[^/]+\.md$/.test(path))
    .map(({ path }) => [path, `docs/ja/${path.replace(/^docs\//, '')}`]);
  const japanese = all.filter(({ path }) => path.startsWith('docs/ja/')).map(({ path }) => path);
  const outline = (path: string) => {
    const page = all.find((candidate) => candidate.path === path);
    return page && headingsOf(page).map(({ level }) => level);
  };
  return [
    ...japanese.filter((path) => !twins.some(([, twin]) => twin === path)),
    ...twins.flatMap(([path = '', twin = '']) =>
      String(outline(path)) === String(outline(twin)) ? [] : [`${path} and ${twin}`],
    ),
  ];
}

describe('the pages', () => {
  it('link only to files and headings that exist', () => {
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(50);
    expect(brokenLinks(pages)).toEqual([]);
  });

  it('exist in both languages with the same outline', () => {
    expect(unlikeTwins(pages)).toEqual([]);
  });

  it('are checked by rules that can fail', () => {
    const other = {
      path: 'docs/other.md',
      text: '# `a.b` の設定 — 1つ目?\n\n## Twice\n\n## Twice\n\n<a id="by-hand"></a>\n\n```sh\n# no heading\n```\n',
    };
    const links = ['ab-の設定--1つ目', 'twice-1', 'by-hand', 'twice-2', 'no-heading', 'Twice'].map(
      (anchor) => `[a](other.md#${anchor})`,
    );
    const text = [
      '[here](#page)',
      '# Page',
      ...links,
      '![gone](images/gone.png) `[code](gone.md)`',
      '<img src="gone.svg">',
      '[b]: gone.md',
      '[c](https://gone.example) [up](../../up)',
    ];
    expect(brokenLinks([{ path: 'docs/page.md', text: text.join('\n') }, other])).toEqual([
      'docs/page.md:6 other.md#twice-2',
      'docs/page.md:7 other.md#no-heading',
      'docs/page.md:8 other.md#Twice',
      'docs/page.md:9 images/gone.png',
      'docs/page.md:10 gone.svg',
      'docs/page.md:11 gone.md',
      'docs/page.md:12 ../../up',
    ]);
    const page = (path: string, text: string) => ({ path, text });
    expect(
      unlikeTwins([
        page('docs/a.md', '# A\n## B'),
        page('docs/ja/a.md', '# A\n'),
        page('docs/ja/only.md', '# O'),
      ]),
    ).toEqual(['docs/ja/only.md', 'docs/a.md and docs/ja/a.md']);
  });
});
