import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kioskMachine } from '../../src/kiosk/index.js';

describe('the description of the machine', () => {
  it('is what docs/kiosk-machine.json contains: run node scripts/kiosk-machine.mjs', () => {
    const file = new URL('../../docs/kiosk-machine.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(kioskMachine);
  });

  it('names a cause for every transition, and leads every state to an end', () => {
    const { states, causes } = kioskMachine;
    const leadsToEnd = new Set(
      Object.keys(states).filter((at) => states[at as keyof typeof states].waitsFor === null),
    );
    for (let size = 0; size < leadsToEnd.size; ) {
      size = leadsToEnd.size;
      for (const [at, { on }] of Object.entries(states))
        if (Object.values(on).some((to) => to.some((next) => leadsToEnd.has(next))))
          leadsToEnd.add(at);
    }
    expect([...leadsToEnd].sort()).toEqual(Object.keys(states).sort());
    expect(
      Object.values(states)
        .flatMap(({ on }) => Object.keys(on))
        .filter((cause) => !Object.hasOwn(causes, cause)),
    ).toEqual([]);
  });
});
