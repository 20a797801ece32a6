import { describe, expect, it, onTestFinished } from 'vitest';
import { pagesCodec } from '../../examples/wire-profile/codecs/pages.js';
import { severalProcessesCodec } from '../../examples/wire-profile/codecs/several-processes.js';
import { pagesPortal } from '../../examples/wire-profile/portal/pages.js';
import { severalProcessesPortal } from '../../examples/wire-profile/portal/several-processes.js';
import { isSelfInfoError, publicCodec, type WireCodec } from '../../src/index.js';
import { personal } from '../kit/canary-citizen.js';
import { leaksIn } from '../kit/leaks.js';
import { changedCodec, changedProfile } from '../kit/profiles.js';
import { errorOf, facts, thrownBy } from '../kit/refusals.js';
import { openSteps, type Steps, type StepsOptions } from './steps.js';

async function open(options?: StepsOptions): Promise<Steps> {
  const steps = await openSteps(options);
  onTestFinished(steps.sandbox.close);
  return steps;
}

/** The codec of a host, of which one function can throw. */
function breakable(name: 'encodeRequest' | 'decodeProcess' | 'encodePoll' | 'decodeResult') {
  const state = { broken: true };
  const works = publicCodec[name] as (...given: unknown[]) => unknown;
  const codec = changedCodec({
    [name]: (...given: unknown[]) => {
      if (state.broken) throw new Error(personal.income);
      return works(...given);
    },
  });
  return { state, profile: changedProfile({ codec }) };
}

describe('a codec that fails', () => {
  it('while the request is encoded leaves the token unused', async () => {
    const { under, consent, send, calls } = await open();
    const { state, profile } = breakable('encodeRequest');
    const token = await consent();
    const environment = under(profile);
    const error = await errorOf(() => send(token, { environment }));
    expect([facts(error), error.handle]).toEqual([
      { code: 'codec_failed', stage: 'request', effect: 'none', safe: true },
      undefined,
    ]);
    expect(calls('request')).toBe(0);
    state.broken = false;
    await send(token, { environment });
  });

  it('at the response to the request comes with a handle, which a mended codec decodes', async () => {
    const { under, consent, send, pollToEnd, calls } = await open();
    const { state, profile } = breakable('decodeProcess');
    const token = await consent();
    const environment = under(profile);
    const error = await errorOf(() => send(token, { environment }));
    expect(facts(error)).toEqual({
      code: 'codec_failed',
      stage: 'request',
      effect: 'applied',
      safe: false,
    });
    expect((await errorOf(() => send(token, { environment }))).code).toBe('grant_used');
    const handle = error.handle as never;
    expect((await errorOf(() => pollToEnd(handle, { environment }))).code).toBe('codec_failed');
    state.broken = false;
    expect((await pollToEnd(handle, { environment })).status).toBe('done');
    expect(calls('request')).toBe(1);
    expect(leaksIn({ error }, { ...personal, token: token.token.reveal() })).toEqual([]);
  });

  it.each(['encodePoll', 'decodeResult'] as const)(
    'at %s of a poll leaves the handle usable',
    async (name) => {
      const { under, ask, poll, pollToEnd } = await open();
      const { state, profile } = breakable(name);
      const environment = under(profile);
      const handle = await ask({ environment });
      expect(facts(await errorOf(() => poll(handle, { environment })))).toEqual({
        code: 'codec_failed',
        stage: 'result',
        effect: 'none',
        safe: true,
      });
      state.broken = false;
      expect((await pollToEnd(handle, { environment })).status).toBe('done');
    },
  );
});

describe('fetchAnswer', () => {
  it('says until when a portal is down that says it, and polls no second time', async () => {
    const { ask, poll, pollToEnd, calls } = await open({
      faults: [
        { on: 'result', nth: 1, do: 'error-503', retryAfterSeconds: 30 },
        { on: 'result', nth: 2, do: 'error-500' },
      ],
    });
    const handle = await ask();
    const until = '2026-12-01T10:00:30.000+09:00';
    const fetched = await poll(handle);
    if (fetched.status !== 'unavailable') throw new Error(fetched.status);
    expect(Date.parse(fetched.until ?? '')).toBe(Date.parse(until));
    expect(calls('result')).toBe(1);
    expect(await poll(handle)).toEqual({ status: 'unavailable', until: null });
    expect((await pollToEnd(handle)).status).toBe('done');
  });

  it('does not retry a poll that failed, and leaves the handle usable', async () => {
    const { ask, poll, pollToEnd } = await open({
      faults: [
        { on: 'result', nth: 1, do: 'reset' },
        { on: 'result', nth: 2, do: 'mismatched-process' },
        { on: 'result', nth: 3, do: 'invalid-json' },
      ],
    });
    const handle = await ask();
    const codes = [];
    for (let call = 1; call <= 3; call++) codes.push((await errorOf(() => poll(handle))).code);
    expect(codes).toEqual(['connection_closed', 'process_mismatch', 'response_invalid']);
    expect((await pollToEnd(handle)).status).toBe('done');
  });

  const throughCodec = (codec: WireCodec) => ({ profile: changedProfile({ codec }) });

  it('joins the processes of one request', async () => {
    const { under, ask, poll, pollToEnd, calls } = await open({ codec: severalProcessesPortal() });
    const environment = under(throughCodec(severalProcessesCodec).profile);
    const handle = await ask({ environment });
    expect((await poll(handle, { environment })).status).toBe('running');
    // One for each of the three items.
    expect(calls('result')).toBe(3);
    const fetched = await pollToEnd(handle, { environment });
    if (fetched.status !== 'done') throw new Error(fetched.status);
    expect(fetched.answer.items.household.status).toBe('present');
    expect(fetched.answer.items.shots.status).toBe('nothing-on-record');
  });

  it('joins the pages of one result', async () => {
    const { under, ask, pollToEnd } = await open({ codec: pagesPortal });
    const environment = under(throughCodec(pagesCodec).profile);
    const fetched = await pollToEnd(await ask({ environment }), { environment });
    if (fetched.status !== 'done') throw new Error(fetched.status);
    expect(fetched.answer.items.household.status).toBe('present');
  });

  it('sends nothing once the retention or the life of the result has ended', async () => {
    const { ask, poll, clock, calls } = await open();
    const handle = await ask();
    const { expiresAt, terms } = JSON.parse(handle.reveal()).retrieval;
    const ends = [
      [expiresAt, 'retrieval_gone'],
      [terms.keepUntil, 'retention_ended'],
    ].toSorted();
    for (const [end, code] of ends) {
      clock.set(end);
      const fetched = await poll(handle);
      if (fetched.status !== 'failed') throw new Error(fetched.status);
      expect(fetched.error.code).toBe(code);
    }
    expect(calls('result')).toBe(0);
  });

  it('returns an answer that is not revealed after its retention', async () => {
    const { ask, pollToEnd, clock } = await open();
    const fetched = await pollToEnd(await ask());
    if (fetched.status !== 'done') throw new Error(fetched.status);
    const { household } = fetched.answer.items;
    if (household.status !== 'present') throw new Error(household.status);
    clock.set(fetched.answer.terms.keepUntil);
    expect((await errorOf(() => household.reveal())).code).toBe('retention_ended');
  });
});

describe('an abort', () => {
  it('before the request leaves the token unused; before a poll, the handle', async () => {
    const { consent, send, poll, pollToEnd, calls } = await open();
    const signal = AbortSignal.abort();
    const token = await consent();
    const expected = { code: 'aborted', effect: 'none', safe: true };
    expect(facts(await errorOf(() => send(token, { signal })))).toMatchObject(expected);
    const handle = await send(token);
    expect(facts(await errorOf(() => poll(handle, { signal })))).toMatchObject(expected);
    expect([calls('request'), calls('result')]).toEqual([1, 0]);
    expect((await pollToEnd(handle)).status).toBe('done');
  });

  it('while the portal is silent keeps the token used, since it may have accepted', async () => {
    const { consent, send, sandbox } = await open({ faults: [{ on: 'request', do: 'stall' }] });
    const token = await consent();
    const controller = new AbortController();
    const sending = thrownBy(() => send(token, { signal: controller.signal }));
    await expect.poll(() => sandbox.journal.some(({ step }) => step === 'request')).toBe(true);
    controller.abort();
    expect(await sending).toMatchObject({ code: 'aborted', effect: 'unknown' });
    expect((await errorOf(() => send(token))).code).toBe('grant_used');
  });
});

describe('a refusal of the request', () => {
  it('has no handle', async () => {
    const { consent, send } = await open({ faults: [{ on: 'request', nth: 1, do: 'error-500' }] });
    const error = await errorOf(async () => send(await consent()));
    expect([error.code, error.handle]).toEqual(['upstream_failed', undefined]);
  });
});

describe('nothing that the steps return or throw', () => {
  it('shows the token, the process, the PIN or the data of the citizen', async () => {
    const { under, consent, send, poll, pollToEnd, clock } = await open();
    const { profile } = breakable('decodeProcess');
    const token = await consent();
    const handle = await send(token);
    const { accepted, token: kept } = JSON.parse(handle.reveal());
    const values: Record<string, unknown> = { token, handle };
    values.running = await poll(handle);
    values.done = await pollToEnd(handle);
    values.used = await thrownBy(() => send(token));
    const other = await consent();
    values.undecoded = await thrownBy(() => send(other, { environment: under(profile) }));
    expect(isSelfInfoError(values.undecoded) && values.undecoded.handle).toBeTruthy();
    values.unknown = await thrownBy(() => poll(handle, { environment: under(profile) }));
    values.foreign = await thrownBy(() => poll(`${handle.reveal()}x`));
    clock.set('2027-01-01T00:00:00+09:00');
    values.failed = await poll(handle);
    const secrets = {
      ...personal,
      token: token.token.reveal(),
      'other token': other.token.reveal(),
      process: accepted.processes[0].id,
    };
    expect(kept).toBe(secrets.token);
    expect(leaksIn(values, secrets)).toEqual([]);
    expect(JSON.stringify({ handle })).toBe('{"handle":"[redacted]"}');
  });
});
