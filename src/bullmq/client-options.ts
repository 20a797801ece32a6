import { invalidOption } from '../foundation/errors.js';

/** Commands of an `ioredis` client that the queue uses beside BullMQ. */
export interface QueueCommands {
  eval(script: string, keys: number, key: string, keepMs: string): Promise<unknown>;
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

/** Options of `ioredis` that no connection may have: BullMQ would misread the replies. */
export const commonSettings: Readonly<Record<string, undefined>> = {
  stringNumbers: undefined,
  replyMapping: undefined,
};

/**
 * Options of `ioredis` that the connections of a worker may not have: a worker waits for seconds in
 * one command.
 */
export const workerSettings: typeof commonSettings = {
  ...commonSettings,
  commandTimeout: undefined,
  blockingTimeout: undefined,
  socketTimeout: undefined,
};

/** Rejects `keyPrefix`: BullMQ would write under other names than it reads. */
export function checkKeyPrefix(options: object): void {
  if (!Object.hasOwn(options, 'keyPrefix') || !Reflect.get(options, 'keyPrefix')) return;
  throw invalidOption('options.connection.keyPrefix', {
    en: 'BullMQ does not support it. Use options.prefix.',
    ja: 'BullMQ では使えません。options.prefix を指定してください。',
  });
}

/**
 * Validates a client that the caller's function created.
 *
 * @param settings - the options that it may not have.
 */
export function checkClient(
  client: unknown,
  settings: typeof commonSettings,
): asserts client is QueueClient {
  if (!isClient(client))
    throw invalidOption('options.connection', {
      en: 'The function must return a Redis or Cluster of ioredis.',
      ja: '関数では、ioredis の Redis または Cluster を返してください。',
    });
  const { redisOptions } = client.options as { readonly redisOptions?: unknown };
  for (const options of [client.options, Object(redisOptions) as object]) {
    checkKeyPrefix(options);
    const name = Object.keys(settings).find((key) => isSet(Reflect.get(options, key)));
    if (name !== undefined)
      throw invalidOption(`options.connection.${name}`, {
        en: 'It does not work on this connection. Let the given settings override your options.',
        ja: 'この接続では使えません。引数の設定で、オプションを上書きしてください。',
      });
  }
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
