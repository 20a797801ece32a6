import { invalidOption } from '../foundation/errors.js';

/** Commands of an `ioredis` client that the queue uses beside BullMQ. */
export interface QueueCommands {
  eval(script: string, keys: number, ...args: readonly string[]): Promise<unknown>;
  xrevrange(
    key: string,
    end: '+',
    start: '-',
    count: 'COUNT',
    number: 1,
  ): Promise<[id: string, fields: unknown][]>;
}

/** A `Redis` or `Cluster` of `ioredis`. */
export interface QueueClient extends QueueCommands {
  readonly options: object;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  duplicate(...args: readonly unknown[]): QueueClient;
  disconnect(): void;
}

/**
 * Options of `ioredis` with which BullMQ does not work. It waits for seconds in one command, and
 * would misread other replies. A queue has `timeoutMs` instead.
 */
export const unsupportedOptions = {
  commandTimeout: undefined,
  socketTimeout: undefined,
  blockingTimeout: undefined,
  stringNumbers: undefined,
  replyMapping: undefined,
};

/** Rejects `keyPrefix`: BullMQ would write under other names than it reads. */
export function checkKeyPrefix(options: object): void {
  if (!Object.hasOwn(options, 'keyPrefix') || !Reflect.get(options, 'keyPrefix')) return;
  throw invalidOption('options.connection.keyPrefix', {
    en: 'BullMQ does not support it. Use options.prefix.',
    ja: 'BullMQ では使えません。options.prefix を指定してください。',
  });
}

/** Settings that BullMQ and the queue rely on. */
const REQUIRED = ['maxRetriesPerRequest', 'enableOfflineQueue'] as const;
type RequiredSettings = Readonly<Record<(typeof REQUIRED)[number], unknown>>;

/** Validates a client that the caller's function created with these settings. */
export function checkClient(
  client: unknown,
  settings: RequiredSettings,
): asserts client is QueueClient {
  if (!isClient(client))
    throw invalidOption('options.connection', {
      en: 'The function must return a Redis or Cluster of ioredis.',
      ja: '関数では、ioredis の Redis または Cluster を返してください。',
    });
  const { redisOptions } = client.options as { readonly redisOptions?: unknown };
  const all = [client.options, Object(redisOptions) as object];
  for (const options of all) {
    checkKeyPrefix(options);
    const name = Object.keys(unsupportedOptions).find((key) => isSet(Reflect.get(options, key)));
    if (name !== undefined)
      throw invalidOption(`options.connection.${name}`, {
        en: 'BullMQ does not work with it. Let the given settings override your options.',
        ja: 'BullMQ では使えません。引数の設定で、オプションを上書きしてください。',
      });
  }
  // A Cluster may have a setting in either place.
  for (const name of REQUIRED)
    if (!all.some((options) => Reflect.get(options, name) === settings[name]))
      throw invalidOption(`options.connection.${name}`, {
        en: `It must be ${settings[name]}. Let the given settings override your options.`,
        ja: `${settings[name]} が必要です。引数の設定で、オプションを上書きしてください。`,
      });
}

function isClient(value: unknown): value is QueueClient {
  const methods = ['on', 'duplicate', 'disconnect', 'defineCommand', 'eval', 'xrevrange'];
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function') &&
    typeof Reflect.get(value, 'options') === 'object'
  );
}

/** Whether an option differs from its default. `legacy` is the default of `replyMapping`. */
const isSet = (value: unknown) => Boolean(value) && value !== 'legacy';
