import { describe, expect, it } from 'vitest';
import { createEmit, emitTrouble } from '../../src/bullmq/events.js';
import type { RetrievalQueueEvent } from '../../src/bullmq/index.js';
import { SelfInfoError } from '../../src/index.js';
import { NOW } from '../kit/loan.js';
import { rejectElsewhere } from '../kit/other-realm.js';

const clock = { now: () => Date.parse(NOW) };

describe('createEmit', () => {
  it('adds the time and freezes the event', () => {
    const events: RetrievalQueueEvent[] = [];
    createEmit(clock, (event) => events.push(event))({ type: 'added', id: 'a' });
    expect(events).toEqual([{ at: '2026-12-01T10:00:00+09:00', type: 'added', id: 'a' }]);
    expect(Object.isFrozen(events[0])).toBe(true);
  });

  it.each<[string, (() => unknown) | undefined]>([
    [
      'throws',
      () => {
        throw new Error('full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
    ['rejects in another realm', rejectElsewhere],
    ['is absent', undefined],
  ])('ignores a listener that %s', (_, listener) => {
    expect(createEmit(clock, listener)({ type: 'added', id: 'a' })).toBeUndefined();
  });

  it('ignores a clock that throws', () => {
    const broken = {
      now: () => {
        throw new Error('no time');
      },
    };
    expect(createEmit(broken, () => undefined)({ type: 'added', id: 'a' })).toBeUndefined();
  });
});

describe('emitTrouble', () => {
  it.each<[string, unknown, object]>([
    ['the code of Redis', new Error('LOADING Redis is loading'), { code: 'LOADING' }],
    [
      'the code of the system',
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      { code: 'ECONNREFUSED' },
    ],
    ['no text of an error', new Error('the password is 4649'), {}],
    ['no code for an error of this package', new SelfInfoError('client_closed'), {}],
  ])('emits %s', (_, error, facts) => {
    const events: object[] = [];
    emitTrouble((event) => events.push(event), error);
    expect(events).toEqual([{ type: 'trouble', ...facts }]);
  });
});
