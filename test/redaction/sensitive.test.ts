import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Sensitive } from '../../src/index.js';
import { leaksIn } from '../kit/leaks.js';

describe('Sensitive', () => {
  it('returns its value from reveal and hides it from every other way of reading', () => {
    const value = { name: 'canary-花子' };
    const sensitive = new Sensitive(value);
    expect(sensitive.reveal()).toBe(value);
    expect([
      `${sensitive}`,
      JSON.stringify([sensitive]),
      `${sensitive}`,
      String(sensitive),
    ]).toEqual(['[redacted]', '["[redacted]"]', '[redacted]', '[redacted]']);
    // A log shows that there is a value, and that it is redacted.
    expect(inspect({ sensitive })).toBe('{ sensitive: Sensitive [redacted] }');
    expect(
      leaksIn(
        {
          sensitive,
          inside: { sensitive },
          list: [sensitive],
          map: new Map([['a', sensitive]]),
          error: new Error('a', { cause: sensitive }),
        },
        { canary: 'canary-花子' },
      ),
    ).toEqual([]);
  });
});
