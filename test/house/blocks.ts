import type { Source } from './sources.js';

/** A fenced block of a text: its position and its content. */
export interface Block {
  readonly path: string;
  /** Line of the fence. */
  readonly line: number;
  readonly code: string;
}

/**
 * Returns every block fenced as one of the languages. Further words after the language do not
 * exclude a block.
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

/** Returns the line of a position in a text, starting at 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

function unindent(code: string, by: string): string {
  return code.replaceAll(new RegExp(`^${by}`, 'gm'), '');
}
