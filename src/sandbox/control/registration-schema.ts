import {
  array,
  enum as enumOf,
  int,
  literal,
  looseObject,
  optional,
  record,
  strictObject,
  string,
  union,
  boolean as yesOrNo,
} from 'zod';
import type { Catalog } from '../../catalog/catalog.js';
import { ITEM_CODE } from '../../catalog/item-codes.js';
import { anyJson } from '../personas/persona.js';
import { CLIENT_ID, MAX_RETENTION_DAYS, METHODS } from '../registrations.js';

const text = string().min(1);
const clientId = string().regex(CLIENT_ID);
const redirectUris = array(text).min(1);
const retentionDays = int().min(0).max(MAX_RETENTION_DAYS);

const fields = array(text).min(1);
const provider = strictObject({
  name: text,
  contact: optional(text),
  privacyPolicy: optional(text),
});

/** Returns the parts that an item has, as it is registered and as it is shown. */
function itemParts({ details, servers }: Catalog) {
  return {
    detail: enumOf(details.map(({ id }) => id)),
    code: string(),
    inquiries: array(enumOf(METHODS)).min(1),
    latestBy: optional(text),
    holders: array(enumOf(servers.map(({ id }) => id))).min(1),
  };
}

/**
 * The schema of a registration that is data. `checkRegistration` checks what depends on several of its
 * parts, certificates and keys.
 */
export function registrationSchema(catalog: Catalog) {
  const { holders, ...parts } = itemParts(catalog);
  const code = optional(string().regex(ITEM_CODE));
  const item = looseObject({ ...parts, code, holders: optional(holders) });
  return strictObject({
    clientId,
    redirectUris,
    service: looseObject({
      name: text,
      purpose: looseObject({ id: text, text }),
      retention: looseObject({ days: retentionDays }),
      items: record(string(), item),
    }),
    certificate: optional(text),
    clientAuth: optional(
      union([
        literal('tls'),
        strictObject({
          jwks: strictObject({ keys: array(record(string(), anyJson)).min(1) }),
        }),
        strictObject({ secret: text }),
      ]),
    ),
    requirePushedAuthorizationRequests: optional(yesOrNo()),
    noticeUri: optional(text),
    provider: optional(provider),
    fields: optional(record(string(), fields)),
  });
}

/** The schema of a registration as the control shows it. */
export function registeredSchema(catalog: Catalog) {
  return strictObject({
    clientId,
    redirectUris,
    name: text,
    purpose: text,
    retentionDays,
    items: array(strictObject({ ...itemParts(catalog), fields: optional(fields) })),
    clientAuth: enumOf(['tls', 'private_key_jwt', 'client_secret']),
    requirePushedAuthorizationRequests: yesOrNo(),
    noticeUri: optional(text),
    provider: optional(provider),
  });
}
