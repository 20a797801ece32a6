import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { openRuns } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-schema-'));
const { run, end } = openRuns({ cwd: folder, env: { TMPDIR: folder } });
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

const printed = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

const announced = [
  {
    id: 'stop',
    target: { detail: 'pension' },
    state: 'closed',
    start: '2026-12-08',
    end: '2026-12-09',
    announcedAt: '2026-11-20',
    source: 'お知らせ',
  },
];
writeFileSync(join(folder, 'announced.json'), JSON.stringify(announced));
writeFileSync(join(folder, 'token'), 'x'.repeat(40));
const stop = ['--announced', 'announced.json', '--at', '2026-12-08T10:00+09:00', '--json'];

/** Commands that print each format, with and without what is optional. */
const outputs: Readonly<Record<string, readonly (readonly string[])[]>> = {
  calendar: [
    ['calendar', '--json', '--at', '2026-12-06T12:00+09:00'],
    ['calendar', 'pension', 'juki-net', 'local-tax+pension', ...stop],
  ],
  'calendar-month': [
    ['calendar', '--month', '2026-12', '--json'],
    ['calendar', 'pension', '--month', '2026-12', ...stop],
  ],
  'calendar-outlook': [
    ['calendar', 'pension', 'local-tax', '--outlook', '30', ...stop],
    ['calendar', 'employment', '--outlook', '1', '--at', '2026-12-29', '--json'],
  ],
  plan: [
    ['plan', '--go-live', '2027-10-01', '--format', 'json'],
    ['plan', '--go-live', '2026-12-25', '--today', '2026-12-01', '--format', 'json'],
    ['plan', '--done', 'A-7=2026-11-20', '--today', '2026-12-01', '--format', 'json'],
    ['plan', 'change', '--start', '2027-01-04', '--blackout', '2027-02-01', '--format', 'json'],
    ['plan', 'suspension', '--date', '2027-10-01', '--format', 'json'],
  ],
  sandbox: [
    ['sandbox', '--json'],
    ['sandbox', '--json', '--at', '2026-12-01', '--control-token-file', 'token'],
  ],
  shapes: [['shapes', 'sandbox']],
  'shapes-compare': [['shapes', 'compare', 'recording.json', '--json']],
};

describe('the JSON of the command line', () => {
  it.each(Object.entries(outputs))(
    'has the format that schema %s prints',
    async (name, commands) => {
      if (name === 'shapes-compare') await printed('shapes', 'sandbox', '--out', 'recording.json');
      // Formats of texts are not checked: the schema names them for readers.
      const ajv = new Ajv2020({ validateFormats: false });
      const validate = ajv.compile(JSON.parse(await printed('schema', name)));
      for (const args of commands) {
        validate(JSON.parse(await printed(...args)));
        expect(validate.errors, args.join(' ')).toBeNull();
      }
    },
  );

  it('is refused by the schema when it has an unknown field', async () => {
    const ajv = new Ajv2020({ validateFormats: false });
    const validate = ajv.compile(JSON.parse(await printed('schema', 'calendar')));
    const [status] = JSON.parse(await printed('calendar', 'pension', '--json'));
    expect(validate([{ ...status, canary: 1 }])).toBe(false);
  });

  it('is named in the help of its command, and every name is in the help of schema', async () => {
    for (const command of [['calendar'], ['plan'], ['sandbox'], ['shapes', 'compare']]) {
      const [name] = [command.join('-')];
      expect(await printed('help', ...command)).toContain(`npx myna-selfinfo schema ${name}\n`);
    }
    const text = await printed('schema', '--help');
    for (const name of Object.keys(outputs)) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
  });
});

describe('the recording of shapes sandbox', () => {
  const service = {
    name: 'Clinic',
    purpose: { id: 'shots', text: 'to see what is due' },
    retention: { days: 1 },
    items: { shots: { detail: 'vaccination', inquiries: ['range'] } },
  };
  const registration = { clientId: 'a', redirectUris: ['https://a.example/'], service };

  it.each<[string, unknown]>([
    ['a service', service],
    ['a registration', registration],
    ['a list of registrations', [registration]],
  ])('is the same for %s', async (name, content) => {
    writeFileSync(join(folder, 'service.json'), JSON.stringify(service));
    writeFileSync(join(folder, 'given.json'), JSON.stringify(content));
    await printed('shapes', 'sandbox', '--service', 'service.json', '--out', 'plain.json');
    await printed('shapes', 'sandbox', '--service', 'given.json', '--out', 'given-out.json');
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    expect(read('given-out.json'), name).toBe(read('plain.json'));
  });

  it('is refused for an invalid registration, and names the place', async () => {
    const wrong = { ...registration, service: { ...service, name: '' } };
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify([wrong]));
    const { status, stderr } = await run(['shapes', 'sandbox', '--service', 'wrong.json']);
    expect(status).toBe(2);
    expect(stderr).toContain('wrong.json:$[0].service.name');
  });
});
