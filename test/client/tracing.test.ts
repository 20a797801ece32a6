import { AsyncLocalStorage } from 'node:async_hooks';
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type CallTraceContext,
  createSelfInfoClient,
  isSelfInfoError,
  latest,
  type StepTraceContext,
} from '../../src/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import { leaksIn } from '../kit/leaks.js';
import { loan, openBank, registrationOf, SESSION, visits } from '../kit/loan.js';
import { errorOf, thrownBy } from '../kit/refusals.js';
import { uncaughtDuring } from '../kit/stub.js';
import { openRecorded } from './recorded-events.js';

const keep = closeAfterEach();
const steps = tracingChannel<unknown, StepTraceContext>('myna-selfinfo:step');
const calls = tracingChannel<unknown, CallTraceContext>('myna-selfinfo:call');
const PARTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Subscribes to every part of a channel until the end of the test. */
function hear<C extends object>(
  channel: TracingChannel<unknown, C>,
  listener: (part: (typeof PARTS)[number], message: C) => unknown,
) {
  for (const part of PARTS) {
    const on = (message: unknown) => void listener(part, message as C);
    channel[part].subscribe(on);
    ends.push(() => channel[part].unsubscribe(on));
  }
}

/** Records the messages of both channels. */
function listen() {
  const heard: string[] = [];
  const messages = new Set<StepTraceContext | CallTraceContext>();
  const note = (name: string) => (part: string, message: StepTraceContext | CallTraceContext) => {
    heard.push(`${part} ${name} ${message.step}`);
    messages.add(message);
  };
  hear(steps, note('step'));
  hear(calls, note('call'));
  return { heard, messages };
}

/** Makes a store that names the span around it, and its parent. */
function bindSpans() {
  const spans = new AsyncLocalStorage<string>();
  const parents: string[] = [];
  const open = (kind: string) => (message: unknown) => {
    const { step } = message as StepTraceContext;
    parents.push(`${kind} ${step} in ${spans.getStore() ?? 'nothing'}`);
    return `${kind} ${step}`;
  };
  steps.start.bindStore(spans, open('step') as never);
  calls.start.bindStore(spans, open('call') as never);
  ends.push(() => {
    steps.start.unbindStore(spans);
    calls.start.unbindStore(spans);
  });
  return { spans, parents };
}

describe('the tracing channels', () => {
  it('report a journey over TLS whose calls nest in its steps', async () => {
    const sandbox = keep(await startSandbox({ registrations: [registrationOf(loan)] }));
    const { spans, parents } = bindSpans();
    const around = new Set<string>();
    const client = keep(
      createSelfInfoClient({
        service: loan,
        ...sandbox.connection,
        onEvent: ({ type, ...event }) =>
          void around.add(`${type} ${'step' in event && event.step} in ${spans.getStore()}`),
      }),
    );
    const grant = await visits(client, sandbox).consent();
    expect((await client.query(grant, latest())).status).toBe('ready');
    expect([...new Set(parents)]).toEqual([
      'step consent in nothing',
      'step callback in nothing',
      'step token in nothing',
      'call token in step token',
      'step request in nothing',
      'call request in step request',
      'step result in nothing',
      'call result in step result',
      'step answer in step result',
    ]);
    expect(spans.getStore()).toBeUndefined();
    expect([...around]).toContain('call_started request in call request');
    expect([...around]).toContain('step answer in step answer');
  });

  it('publish each step and call in the order of tracePromise, on one message', async () => {
    const { client, callback } = openBank();
    const back = await callback();
    const { heard, messages } = listen();
    await client.completeConsent(back, { sessionBinding: SESSION });
    const partsOf = (name: string) => heard.filter((line) => line.endsWith(name));
    for (const name of ['step callback', 'step token', 'call token'])
      expect(partsOf(name)).toEqual(
        ['start', 'end', 'asyncStart', 'asyncEnd'].map((part) => `${part} ${name}`),
      );
    const order = ['start step token', 'start call token', 'asyncEnd call token'];
    expect(heard.filter((line) => order.includes(line))).toEqual(order);
    expect(heard.at(-1)).toBe('asyncEnd step token');
    expect([...messages].map((message) => ({ ...message }))).toMatchObject([
      { step: 'callback', outcome: 'valid' },
      { step: 'token', outcome: 'granted' },
      { step: 'token', method: 'POST', attempt: 1, outcome: 'answered', status: 200 },
    ]);
  });

  it('carry the ids of the events', async () => {
    const { client, events, consent, onProgress } = openRecorded();
    const { messages } = listen();
    await client.query(await consent(), latest(), { onProgress });
    const ids = ({ callId, transactionId, retrievalId, ...rest }: StepTraceContext) =>
      JSON.stringify([callId, transactionId, retrievalId, rest.requestId, rest.outcome]);
    expect(new Set([...messages].map(ids))).toEqual(
      new Set(events.map((event) => ids(event as StepTraceContext))),
    );
  });

  it('hold no grant, token, answer or retrieval', async () => {
    const { messages } = listen();
    const secrets: Record<string, string> = { session: SESSION };
    const { client, consent, onProgress } = openBank({
      async intercept(request, pass) {
        const token = request.headers.get('authorization')?.replace('Bearer ', '');
        if (token) secrets.token = token;
        return pass(request);
      },
    });
    await client.query(await consent(), latest(), { onProgress });
    expect(secrets.token).toBeTruthy();
    expect(leaksIn({ messages: [...messages] }, secrets)).toEqual([]);
    const names = new Set([...messages].flatMap((message) => Object.keys(message)));
    expect([...names].sort()).toEqual(
      [
        'attempt',
        'callId',
        'method',
        'outcome',
        'requestId',
        'retrievalId',
        'status',
        'step',
        'transactionId',
      ].sort(),
    );
  });

  it('publish a failure with a frozen copy of the error, without its retrieval', async () => {
    const { client, consent } = openBank({ faults: [{ on: 'result', do: 'mismatched-process' }] });
    const grant = await consent();
    const { heard, messages } = listen();
    const error = await errorOf(() => client.query(grant, latest()));
    expect(error.retrieval).toBeDefined();
    expect(heard.filter((line) => line.startsWith('error'))).toEqual(['error step result']);
    const step = [...messages].find((message) => message.outcome === 'failed');
    expect(step).toMatchObject({ code: 'process_mismatch', effect: 'none' });
    const copy = step?.error;
    expect([isSelfInfoError(copy, 'process_mismatch'), copy?.message]).toEqual([
      true,
      error.message,
    ]);
    expect([copy === error, Object.isFrozen(copy), copy]).toEqual([
      false,
      true,
      expect.not.objectContaining({ retrieval: expect.anything() }),
    ]);
  });

  it('publish an error of the caller without its texts', async () => {
    const { client, consent } = openBank();
    const grant = await consent();
    const { messages } = listen();
    const onProgress = () => {
      throw new Error('hanako');
    };
    expect(await thrownBy(() => client.query(grant, latest(), { onProgress }))).toMatchObject({
      message: 'hanako',
    });
    const step = [...messages].find((message) => message.outcome === 'failed');
    expect(step).toMatchObject({ step: 'result', code: 'unexpected', effect: 'unknown' });
    expect(step?.error).toBeInstanceOf(Error);
    expect(String(step?.error?.stack)).not.toContain('hanako');
  });
});

describe('a subscriber of the tracing channels', () => {
  it('that throws causes an uncaught exception, and the consent goes on', async () => {
    let status = '';
    const uncaught = await uncaughtDuring(async () => {
      const { client, consent, onProgress } = openBank();
      const fail = () => {
        throw new Error('subscriber');
      };
      hear(steps, fail);
      hear(calls, fail);
      status = (await client.query(await consent(), latest(), { onProgress })).status;
      for (const end of ends.splice(0)) end();
    });
    expect(status).toBe('ready');
    expect(new Set(uncaught)).toEqual(new Set(['an exception']));
  });

  it('that freezes, changes or traps a message changes nothing', async () => {
    const { client, events, consent, onProgress } = openRecorded();
    hear(steps, (part, message) => part === 'start' && Object.freeze(message));
    hear(calls, (part, message) => {
      if (part !== 'start') return;
      Object.assign(message, { requestId: 'forged', step: 'forged' });
      Object.defineProperty(message, 'outcome', {
        set() {
          throw new Error('trap');
        },
        configurable: true,
      });
    });
    expect((await client.query(await consent(), latest(), { onProgress })).status).toBe('ready');
    expect(JSON.stringify(events)).not.toContain('forged');
  });

  it('that changes a copied error does not make a used grant usable again', async () => {
    const { client, consent } = openBank({ faults: [{ on: 'request', do: 'reset' }] });
    const grant = await consent();
    hear(calls, (_, { error }) => error && Reflect.set(error, 'effect', 'none'));
    expect((await errorOf(() => client.submit(grant, latest()))).effect).toBe('unknown');
    expect((await errorOf(() => client.submit(grant, latest()))).code).toBe('grant_used');
  });
});
