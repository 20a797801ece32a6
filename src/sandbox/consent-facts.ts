import { invalidOption } from '../foundation/errors.js';
import { readKeys } from '../foundation/options.js';
import { own } from '../foundation/own.js';
import type { Problems } from './problems.js';
import { checkUri, nonEmptyList, objectAt, textAt } from './registration-values.js';

/** A provider (Webサービス提供者), as the consent page names it. */
export interface RegisteredProvider {
  /** The legal name (商号), such as 株式会社みほん銀行. */
  readonly name: string;
  /** Whom citizens can ask: a telephone number with its hours, or an address. */
  readonly contact?: string | undefined;
  /** The URL of the privacy policy: https, or http on loopback or a private name. */
  readonly privacyPolicy?: string | undefined;
}

/** Checks a provider, which may be absent. */
export function checkProvider(value: unknown, path: string): RegisteredProvider | undefined {
  if (value === undefined) return undefined;
  const { name, contact, privacyPolicy } = readKeys(objectAt(value, path), path, {
    name: true,
    contact: true,
    privacyPolicy: true,
  } satisfies Record<keyof RegisteredProvider, true>);
  return {
    name: textAt(name, `${path}.name`),
    contact: contact === undefined ? undefined : textAt(contact, `${path}.contact`),
    privacyPolicy:
      privacyPolicy === undefined ? undefined : checkUri(privacyPolicy, `${path}.privacyPolicy`),
  };
}

/** Checks the fields of items, by the name of the item in a service. Adds every problem. */
export function checkFields(
  value: unknown,
  path: string,
  service: unknown,
  problems: Problems,
): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, readonly string[]>();
  if (value === undefined) return fields;
  const named = problems.check(() => objectAt(value, path)) ?? {};
  const items = typeof service === 'object' && service !== null && own(service, 'items' as never);
  for (const item of Object.keys(named)) {
    const at = `${path}.${item.slice(0, 60)}`;
    problems.check(() => {
      // Without items, the check of the service says so.
      if (typeof items === 'object' && items !== null && !Object.hasOwn(items, item))
        throw invalidOption(at, {
          en: 'service.items has no item of this name.',
          ja: 'service.items に、この名前の項目はありません。',
        });
      const names = nonEmptyList(named[item], at);
      fields.set(
        item,
        names.map((name, index) => textAt(name, `${at}[${index}]`)),
      );
    });
  }
  return fields;
}
