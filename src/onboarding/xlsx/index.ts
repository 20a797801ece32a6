export { toXlsx } from './xlsx.js';
