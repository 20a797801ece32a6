import { html, type Markup } from './frame.js';

// A QR code of version 1 and level M, one number per row, that reads "MYNA-SELFINFO SAMPLE". It is
// not an address, so a phone that reads it opens nothing.
const ROWS = [
  0x1fc87f, 0x105141, 0x17435d, 0x174d5d, 0x17515d, 0x104e41, 0x1fd57f, 0x000b00, 0x154a12,
  0x0e89ae, 0x13db85, 0x132d0a, 0x0cdbf1, 0x00119e, 0x1fcfcb, 0x104937, 0x17528c, 0x174182,
  0x175935, 0x104523, 0x1fd4bd,
];

const dark = ROWS.flatMap((row, y) =>
  [...row.toString(2).padStart(ROWS.length, '0')].map((bit, x) =>
    bit === '1' ? `M${x} ${y}h1v1h-1z` : '',
  ),
).join('');

/** Returns the picture of a QR code (a trademark of DENSO WAVE) in place of the portal's. */
export function qrCode(label: string): Markup {
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="-4 -4 29 29" shape-rendering="crispEdges"><path fill="#fff" d="M-4-4h29v29h-29z"/><path d="${dark}"/></svg>`;
}
