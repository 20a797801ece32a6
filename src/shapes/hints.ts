import { own } from '../foundation/own.js';
import { type Service, wireCode } from '../service/service.js';
import type { WireProfile } from '../wire/profile.js';
import { type NameWriter, nameWriter } from './names.js';
import { schemaNames } from './schemas.js';
import type { ValueShape } from './shape.js';

/** What a recorder knows beforehand. It keeps only names and words that it finds here. */
export interface Hints {
  /** Writes the name of a member. */
  readonly write: NameWriter;
  /** Returns the key of a known word of a field; undefined for any other text. */
  readonly wordOf: (field: string, text: string) => string | undefined;
  /** Returns the item of an element, `?` for an unknown one; undefined if it is not an item. */
  readonly itemOf: (element: ValueShape) => string | undefined;
}

/** Codes that OAuth defines (RFC 6749, 6750, 9126). */
const OAUTH_CODES = [
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'],
  ...['unsupported_grant_type', 'unsupported_response_type', 'invalid_scope', 'access_denied'],
  ...['server_error', 'temporarily_unavailable', 'invalid_token', 'insufficient_scope'],
  'invalid_request_uri',
];

type Words = ReadonlyMap<string, string>;

/** Returns what is known from a profile, a service with its schemas, and further names. */
export function createHints(
  profile: WireProfile,
  service: Service | undefined,
  names: readonly string[],
): Hints {
  const { fields, headers, errorCodes, processStatuses, itemStatuses } = profile;
  const items = Object.entries(service?.items ?? {});
  const upstreamId = headers.upstreamRequestId.value;
  const write = nameWriter([
    ...Object.values(fields).map(({ value }) => value),
    ...(upstreamId === null ? [] : [upstreamId]),
    ...items.flatMap(([, { latestBy }]) => latestBy ?? []),
    ...items.flatMap(([, { record }]) => (record ? schemaNames(record) : [])),
    ...names,
  ]);
  const words = new Map<string, Words>([
    [fields.itemCode.value, new Map(items.map(([key, item]) => [wireCode(item), key]))],
    [fields.itemStatus.value, byWord(itemStatuses)],
    [fields.processStatus.value, byWord(processStatuses)],
    ['error', new Map([...OAUTH_CODES, ...errorCodes.value].map((code) => [code, code]))],
    ['token_type', new Map([['bearer', 'Bearer']])],
  ]);
  const code = write(fields.itemCode.value);
  return {
    write,
    wordOf: (field, text) =>
      words.get(field)?.get(field === 'token_type' ? text.toLowerCase() : text),
    itemOf({ object }) {
      const found = object && own(object.members, code);
      return found && (found.shape.words?.[0] ?? '?');
    },
  };
}

function byWord(entries: WireProfile['itemStatuses'] | WireProfile['processStatuses']): Words {
  return new Map(Object.entries(entries).map(([key, { value }]) => [value, key]));
}
