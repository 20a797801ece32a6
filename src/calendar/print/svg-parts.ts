import type { State } from '../results.js';
import type { PictureDay } from './picture.js';
import { ink } from './svg-text.js';

/** The marks of the states. */
export const marks: Readonly<Record<State, string>> = { open: '○', uncertain: '△', closed: '×' };

/** Open is light and plain, uncertain is striped, closed is dark with a dense grid. */
export const textures = `<pattern id="uncertain" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#fdf6e0"/><path d="M0 0V8" stroke="#c0913a" stroke-width="1.8"/></pattern>
<pattern id="closed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="5" height="5" fill="#d3d9e0"/><path d="M0 0H5M0 0V5" stroke="#8593a3" stroke-width="1.1"/></pattern>
`;
/** The fill of each state; needs {@link textures}. */
export const fills: Readonly<Record<State, string>> = {
  open: '#f3faf6',
  uncertain: 'url(#uncertain)',
  closed: 'url(#closed)',
};

/** Draws a sample of a state. */
export function swatch(state: State, x: number, y: number, width: number, height: number): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fills[state]}" stroke="${ink.soft}" stroke-width="0.8"/>\n`;
}

/** Marks one of the best hours below the grid, or in front of their line. */
export function bestMark(x: number, y: number, width: number): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="5" fill="${ink.text}"/>\n`;
}

/** Draws a line of a grid. */
export function rule(path: string, strong: boolean): string {
  return `<path d="${path}" stroke="${ink.text}" stroke-width="${strong ? 1 : 0.6}" stroke-opacity="${strong ? 0.5 : 0.14}"/>\n`;
}

/** Returns the colour of a day: red for Sundays and holidays, blue for Saturdays. */
export function dayInk({ weekday, holiday }: PictureDay): string {
  if (weekday === 0 || holiday) return ink.sunday;
  return weekday === 6 ? ink.saturday : ink.text;
}
