import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  createVirtualClock,
  type Sandbox,
  type VirtualClock,
} from '../../../src/sandbox/index.js';
import {
  fields,
  inquiry,
  poll,
  processStatuses,
  refused,
  registration,
  request,
  tokenFor,
} from '../steps.js';

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = createVirtualClock('2026-12-01T10:00:00+09:00');
  sandbox = createSandbox({ registrations: [registration], clock });
});

const income = inquiry('TM00000000000002', 'latest');

describe('the result endpoint', () => {
  const ask = async (persona: string) => {
    const token = await tokenFor(sandbox, persona);
    return { token, id: (await request(sandbox, token, income)).body[fields.processId.value] };
  };

  it('returns running at first, then the same result any number of times', async () => {
    const { token, id } = await ask('hanako');
    const first = await poll(sandbox, token, id);
    expect(first.body).toEqual({
      [fields.processId.value]: id,
      [fields.processStatus.value]: processStatuses.running.value,
    });
    expect(first.headers.get('retry-after')).toBe('1');
    const done = await poll(sandbox, token, id);
    expect(done.body[fields.processStatus.value]).toBe(processStatuses.done.value);
    expect((await poll(sandbox, token, id)).body).toEqual(done.body);
  });

  it('refuses a poll after an hour', async () => {
    const { token, id } = await ask('hanako');
    clock.advance(3_599_999);
    expect((await poll(sandbox, token, id)).status).toBe(200);
    clock.advance(1);
    expect(await poll(sandbox, token, id)).toMatchObject(refused(410, 'result_expired'));
  });

  it('does not know the process of another token', async () => {
    const [mine, theirs] = [await ask('hanako'), await ask('mover')];
    expect(await poll(sandbox, mine.token, theirs.id)).toMatchObject(
      refused(404, 'unknown_process'),
    );
    expect(await poll(sandbox, await tokenFor(sandbox, 'hanako'), mine.id)).toMatchObject(
      refused(404, 'unknown_process'),
    );
  });

  it.each([undefined, 1, null])('refuses the process id %s', async (id) => {
    const { token } = await ask('hanako');
    expect(await poll(sandbox, token, id)).toMatchObject(refused(400, 'invalid_request'));
  });
});
