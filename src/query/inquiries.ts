import { invalidOption, SelfInfoError } from '../foundation/errors.js';
import { own } from '../foundation/own.js';
import { checkInquiry, type Inquiry, type Method } from '../service/inquiry.js';
import { type Service, wireCode } from '../service/service.js';
import type { ItemSpec } from '../service/spec.js';

/** The item codes of a request, by item key, as they are sent. */
export type ItemCodes = Readonly<Record<string, string>>;

/** Returns the codes under which the items of a service are sent now. */
export function codesOf(service: Service, inquiries: Readonly<Record<string, unknown>>): ItemCodes {
  return Object.freeze(
    Object.fromEntries(
      Object.keys(inquiries).map((key) => [key, wireCode(service.items[key] as ItemSpec)]),
    ),
  );
}

/**
 * Validates inquiries against what the service registered. Spreads a single inquiry over all items.
 *
 * @returns one inquiry per item; frozen, with inquiries that are frozen copies.
 * @throws SelfInfoError `unknown_item`, `inquiry_not_registered`, `latest_not_declared`,
 * `invalid_option`; TypeError for a wrong type.
 */
export function checkInquiries(
  service: Service,
  value: unknown,
  path: string,
): Readonly<Record<string, Inquiry>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} must be an inquiry, or an object with one per item.`);
  const single = own(value, 'method') !== undefined ? checkInquiry(value, path) : undefined;
  const asked = single
    ? Object.keys(service.items).map((key) => [key, single] as const)
    : Object.entries(value).filter(([, inquiry]) => inquiry !== undefined);
  if (asked.length === 0)
    throw invalidOption(path, {
      en: 'Ask for at least one item.',
      ja: '1つ以上の項目を指定してください。',
    });
  return Object.freeze(
    Object.fromEntries(
      asked.map(([key, given]) => {
        const at = single ? path : `${path}.${key.slice(0, 60)}`;
        const item = Object.hasOwn(service.items, key) ? service.items[key] : undefined;
        if (!item) throw new SelfInfoError('unknown_item', { path: at });
        const inquiry = single ?? checkInquiry(given, at);
        checkRegistered(item, inquiry.method, single ? `${path} (${key})` : at);
        return [key, inquiry];
      }),
    ),
  );
}

function checkRegistered(item: ItemSpec, method: Method, path: string): void {
  if ((item.inquiries as readonly Method[]).includes(method)) return;
  throw new SelfInfoError(
    method === 'latest' && item.latestBy === undefined
      ? 'latest_not_declared'
      : 'inquiry_not_registered',
    { path },
  );
}
