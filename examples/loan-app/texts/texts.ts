// 画面の文言の一覧。
import type { Language } from 'myna-selfinfo';
import { en } from './en.js';
import { ja } from './ja.js';

export type Texts = typeof ja;

export const texts: Readonly<Record<Language, Texts>> = { ja, en };
