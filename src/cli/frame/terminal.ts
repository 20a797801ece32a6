import { styleText } from 'node:util';

/** Style of a text. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where a text is printed. */
export interface Terminal {
  /** The width in columns. Undefined: not a terminal, so that lines stay whole. */
  readonly columns: number | undefined;
  /** Colours a text, unless colours are off. */
  paint(style: Style, text: string): string;
}

/** The parts of a stream that {@link terminalOf} reads. */
interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(environment: NodeJS.ProcessEnv): boolean;
}

/**
 * Returns how to print on a stream. `COLUMNS` sets the width. As in Node.js, `NO_COLOR` and
 * `TERM=dumb` turn colours off, `FORCE_COLOR` turns them on, and `FORCE_COLOR` wins.
 */
export function terminalOf(output: Output, environment: NodeJS.ProcessEnv): Terminal {
  const { COLUMNS = '', FORCE_COLOR, NO_COLOR } = environment;
  const set = /^[1-9]\d{0,3}$/.test(COLUMNS) ? Number(COLUMNS) : undefined;
  const columns = set ?? (output.isTTY ? output.columns || undefined : undefined);
  const hasColors =
    FORCE_COLOR === undefined
      ? !NO_COLOR && output.isTTY === true && output.hasColors?.(environment) === true
      : !['0', 'false'].includes(FORCE_COLOR);
  return {
    columns,
    paint: (style, text) => (hasColors ? styleText(style, text, { validateStream: false }) : text),
  };
}
