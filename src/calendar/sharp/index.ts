export { type PngOptions, toPng } from '../print/png.js';
