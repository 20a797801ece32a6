import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSelfInfoClient, createVirtualClock } from '../../src/index.js';
import { createSandbox, type Fault, startSandbox } from '../../src/sandbox/index.js';
import { noticing, processIdOf } from '../client/noticing.js';
import { asked } from '../client/submitted.js';
import { closeAfterEach } from '../kit/close-after-each.js';
import {
  expectStatus,
  loan,
  NOTICE_URI,
  NOW,
  openBank,
  registrationOf,
  visits,
} from '../kit/loan.js';
import { refusalOf } from '../kit/refusals.js';

const keep = closeAfterEach();

/** Collects one answer at a sandbox with faults, and returns the notices that it sent. */
async function noticesOf(faults: readonly Fault[] = []) {
  const sent: unknown[] = [];
  let processId = '';
  const bank = openBank({
    profile: noticing,
    faults,
    async sendNotice(notice) {
      sent.push([notice.method, notice.url, await notice.json()]);
    },
    async intercept(request, pass) {
      const response = await pass(request);
      if (new URL(request.url).pathname === '/request') processId = await processIdOf(response);
      return response;
    },
  });
  const { client, consent, onProgress } = bank;
  expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
  await setImmediate();
  const right = ['POST', NOTICE_URI, { process_id: processId }];
  return { ...bank, sent, right };
}

describe('the notices of a sandbox', () => {
  it('are sent once, when the result is ready', async () => {
    const { sent, right, sandbox } = await noticesOf();
    expect(sent).toEqual([right]);
    expect(sandbox.log.filter(({ step }) => step === 'notice')).toHaveLength(1);
  });

  it('can be lost, doubled and forged', async () => {
    expect((await noticesOf([{ on: 'notice', do: 'lose' }])).sent).toEqual([]);
    const doubled = await noticesOf([{ on: 'notice', do: 'double' }]);
    expect(doubled.sent).toEqual([doubled.right, doubled.right]);
    const forged = await noticesOf([{ on: 'notice', do: 'forge' }]);
    expect(forged.sent).toHaveLength(1);
    expect(forged.sent).not.toEqual([forged.right]);
    expect(forged.sandbox.log.find(({ step }) => step === 'notice')?.fault).toBe('forge');
  });

  it('can be late, and therefore out of order', async () => {
    const sent: string[] = [];
    const ids: string[] = [];
    const { client, consent, clock } = openBank({
      profile: noticing,
      faults: [{ on: 'notice', nth: 1, do: 'delay', ms: 60_000 }],
      async sendNotice(notice) {
        sent.push(((await notice.json()) as { process_id: string }).process_id);
      },
      async intercept(request, pass) {
        const response = await pass(request);
        if (new URL(request.url).pathname === '/request') ids.push(await processIdOf(response));
        return response;
      },
    });
    for (let turn = 0; turn < 2; turn++)
      await client.collect(await client.submit(await consent(), asked), { once: true });
    await setImmediate();
    expect(sent).toEqual([ids[1]]);
    clock.advance(60_000);
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    expect(sent).toEqual([ids[1], ids[0]]);
  });

  it('do not disturb the result when their receiver fails', async () => {
    const { client, consent, onProgress } = openBank({
      profile: noticing,
      sendNotice() {
        throw new Error('down');
      },
    });
    expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
  });

  it('are not sent under a profile without notices', async () => {
    const sent: unknown[] = [];
    const { client, consent, onProgress } = openBank({ sendNotice: (one) => sent.push(one) });
    await client.query(await consent(), asked, { onProgress });
    expect(sent).toEqual([]);
  });

  it('have their own faults', () => {
    const open = (fault: object) =>
      createSandbox({ registrations: [registrationOf(loan)], faults: [fault as Fault] });
    expect(() => open({ on: 'notice', do: 'stall' })).toThrow('faults[0].do');
    expect(() => open({ on: 'result', do: 'double' })).toThrow('faults[0].do');
    expect(() => open({ on: 'notice', do: 'delay', ms: 1 })).not.toThrow();
  });

  it('need an https URL, or http on loopback or a private name', async () => {
    const open = (noticeUri: string) =>
      createSandbox({ registrations: [{ ...registrationOf(loan), noticeUri }] });
    expect(await refusalOf(() => open('http://loan.example.com/notices'))).toEqual([
      'invalid_option',
      'options.registrations[0].noticeUri',
    ]);
    for (const host of ['127.0.0.1', 'app']) open(`http://${host}:3000/notices`);
  });
});

describe('a started sandbox with notices', () => {
  it('posts them, and a client that receives them has its answer', async () => {
    const outcomes: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method, url, headers } = request;
      const body = Buffer.concat(chunks);
      outcomes.push((await client.receiveNotice({ method, url, headers, body })).status);
      response.writeHead(204).end();
      received();
    }).listen(0, '127.0.0.1');
    let received = () => {};
    const came = new Promise<void>((resolve) => {
      received = resolve;
    });
    await new Promise((resolve) => server.once('listening', resolve));
    keep({
      [Symbol.asyncDispose]: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    });
    const noticeUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`;
    const sandbox = keep(
      await startSandbox({
        registrations: [{ ...registrationOf(loan), noticeUri }],
        profile: noticing,
        clock: createVirtualClock(NOW),
      }),
    );
    const { connection } = sandbox;
    const client = keep(createSelfInfoClient({ service: loan, ...connection }));
    const retrieval = await client.submit(await visits(client, sandbox).consent(), asked);
    expectStatus(await client.collect(retrieval, { once: true }), 'pending');
    await came;
    expectStatus(await client.collect(retrieval, { once: true }), 'ready');
    await client.acknowledge(retrieval);
    expect(outcomes).toEqual(['received']);
  });
});

describe('the acknowledgement path of a sandbox', () => {
  it('drops the result, and may be called again', async () => {
    const requests: Request[] = [];
    const { client, consent, sandbox, onProgress } = openBank({
      profile: noticing,
      intercept(request, pass) {
        requests.push(request.clone() as Request);
        return pass(request);
      },
    });
    const retrieval = await client.submit(await consent(), asked);
    expectStatus(await client.collect(retrieval, { onProgress }), 'ready');
    await client.acknowledge(retrieval);
    const poll = requests.find(({ url }) => url.endsWith('/result')) as Request;
    const acknowledgement = requests.at(-1) as Request;
    expect((await sandbox.fetch(acknowledgement)).status).toBe(200);
    const gone = await sandbox.fetch(poll);
    expect([gone.status, await gone.json()]).toMatchObject([410, { error: 'result_expired' }]);
    expect(sandbox.log.slice(-2)).toMatchObject([
      { step: 'acknowledge', outcome: 'accepted' },
      { step: 'result', outcome: 'refused', code: 'result_acknowledged' },
    ]);
  });

  it('accepts only the process of its token', async () => {
    const { client, consent, sandbox } = openBank({
      profile: noticing,
      async intercept(request, pass) {
        if (!request.url.endsWith('/acknowledgement')) return pass(request);
        return pass(new Request(request, { body: '{"process_id":"p-other"}' }));
      },
    });
    const retrieval = await client.submit(await consent(), asked);
    await expect(client.acknowledge(retrieval)).rejects.toMatchObject({
      code: 'upstream_refused',
      stage: 'acknowledge',
    });
    expect(sandbox.log.at(-1)).toMatchObject({ step: 'acknowledge', code: 'process_unknown' });
  });
});
