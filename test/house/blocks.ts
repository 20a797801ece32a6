import type { Source } from './sources.js';

/** A fenced block of a text: where it stands, and what it says. */
export interface Block {
  readonly path: string;
  /** That of the fence. */
  readonly line: number;
  readonly code: string;
}

/**
 * Every block fenced as one of the languages; whatever else is said behind the fence, it is not
 * skipped.
 */
export function blocksOf({ path, text }: Source, ...languages: readonly string[]): Block[] {
  const fences = new RegExp(
    `^( *)\`\`\`(?:${languages.join('|')})\\b.*\\n([\\s\\S]*?)^ *\`\`\``,
    'gm',
  );
  return [...text.matchAll(fences)].map((match) => ({
    path,
    line: lineAt(text, match.index),
    code: unindent(match[2] ?? '', match[1] ?? ''),
  }));
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

function unindent(code: string, by: string): string {
  return code.replaceAll(new RegExp(`^${by}`, 'gm'), '');
}
