import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { answerAt, expectStatus, openBank } from '../kit/loan.js';

const asked = { income: latest() };

describe('a request with a token', () => {
  it('carries it in the Authorization header, asks for plain JSON and follows no redirect', async () => {
    const sent: [string, Request['redirect'], Record<string, string>][] = [];
    const { client, consent, onProgress } = openBank({
      intercept(request, pass) {
        sent.push([
          new URL(request.url).pathname,
          request.redirect,
          Object.fromEntries(request.headers),
        ]);
        return pass(request);
      },
    });
    expectStatus(await client.query(await consent(), asked, { onProgress }), 'ready');
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      authorization: expect.stringMatching(/^Bearer [A-Za-z0-9_-]{43}$/),
    };
    expect(sent.slice(1)).toEqual([
      ['/request', 'manual', headers],
      ['/result', 'manual', headers],
      ['/result', 'manual', headers],
    ]);
  });

  it('succeeds with any 2xx status', async () => {
    const { client, consent } = openBank(
      answerAt('/request', () => Response.json({ process_id: 'p' }, { status: 299 })),
    );
    expect((await client.submit(await consent(), asked)).v).toBe(2);
  });
});
