import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { checkText } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { isPrivateHost } from '../wire/url-rules.js';

/** Checks a URL that a browser is sent to, or that a notice is sent to. */
export function checkUri(value: unknown, path: string): string {
  checkText(value, path);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    (url?.protocol === 'https:' || (url?.protocol === 'http:' && isPrivateHost(url))) &&
    url.username === '' &&
    url.password === '' &&
    !value.includes('#')
  ) {
    if (/^[\x21-\x7e]+$/.test(value)) return value;
  }
  throw invalidOption(path, {
    en: 'It must be an absolute https URL (http on loopback or a private name only) in ASCII, without fragment or user name.',
    ja: 'フラグメントやユーザー名のない ASCII の https 絶対URLで指定してください（http はループバックか内部の名前のみ可）。',
  });
}

/** Checks a text. */
export function textAt(value: unknown, path: string): string {
  checkText(value, path);
  return value;
}

/** Checks an object and returns a copy that inherits nothing. */
export function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an object.`);
  return ownBag(value as Readonly<Record<string, unknown>>);
}

/** Checks a list of at least one entry. */
export function nonEmptyList(value: unknown, path: string): readonly unknown[] {
  if (value === undefined) throw new SelfInfoError('missing_option', { path });
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list.`);
  if (value.length === 0)
    throw invalidOption(path, {
      en: 'It must have at least one entry.',
      ja: '1つ以上指定してください。',
    });
  return value;
}
