import type { Queue } from 'bullmq';

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

/** Returns the client behind a queue. */
export async function redisCommandsOf(queue: Pick<Queue, 'client'>): Promise<QueueCommands> {
  return (await queue.client) as unknown as QueueCommands;
}
