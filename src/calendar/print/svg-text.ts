/** The colours of texts in pictures. */
export const ink = {
  text: '#1f2933',
  soft: '#52606d',
  saturday: '#1a4f9c',
  sunday: '#a3221f',
};

/** The fonts of pictures: those of Japanese text on Linux, macOS and Windows. */
export const FONTS =
  "'Noto Sans CJK JP','Noto Sans JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif";

/**
 * Estimates the width of a text. Japanese characters and the marks ○ △ × are square. Others count
 * as wide as in the widest of the usual fonts.
 */
export function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, character) => sum + widthOf(character), 0) * size;
}

function widthOf(character: string): number {
  if (/[\u00d7\u2100-\u{10ffff}]/u.test(character)) return 1;
  if (/[MW@%]/.test(character)) return 0.95;
  if (/[A-Zmw]/.test(character)) return 0.75;
  return /[\s.,:;'!|()iljftr]/.test(character) ? 0.4 : 0.6;
}

// A Japanese character or a word, with the brackets and stops that must stay with it.
const WORD = /[（「(]*(?:[^\s\0-\u2e7f（「、。」）〜]|[^\s\u2e80-\uffff()]+)[、。」）)〜]*|./gu;

/** Wraps a text at blanks and between Japanese characters. */
export function wrapped(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(WORD) ?? []) {
    if (line !== '' && textWidth(line + word, size) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    if (line !== '' || word.trim() !== '') line += word;
  }
  return [...lines, line];
}

/** Escapes a text for an SVG. */
export function xml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Rounds to two decimals, as many as an SVG needs. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
