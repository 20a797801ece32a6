import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { median } from '../rounds.js';

const ROUNDS = 15;
/** Without packages of types, which load nothing. */
const DEPENDENCIES = ['undici', 'zod', 'jose', 'luxon', 'oauth4webapi'];

type Format = 'esm' | 'cjs';

/** A program that is loaded in a new process. */
interface Load {
  readonly name: string;
  readonly packages: readonly string[];
}

/** Medians of one load, in milliseconds. */
interface Cost {
  readonly processor: number;
  readonly wall: number;
}

/**
 * Measures how long each entry point takes to load in a new process, beside the bare dependencies.
 */
export function run(): void {
  const {
    name: own,
    dependencies,
    exports,
  } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly name: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const forgotten = Object.keys(dependencies).filter(
    (name) => !name.startsWith('@types/') && !DEPENDENCIES.includes(name),
  );
  if (forgotten.length > 0) throw new Error(`not measured: ${forgotten.join(', ')}`);
  const entryPoints = Object.keys(exports).filter((entryPoint) => entryPoint !== './package.json');
  const loads: Load[] = [
    { name: 'nothing', packages: [] },
    { name: 'the five runtime dependencies', packages: DEPENDENCIES },
    { name: 'luxon', packages: ['luxon'] },
    ...entryPoints.map((entryPoint) => ({
      name: entryPoint,
      packages: [entryPoint.replace('.', own)],
    })),
  ];
  for (const format of ['esm', 'cjs'] as const) {
    const samples = measure(loads, format);
    console.log(
      `\nLoading in a new process, ${format === 'esm' ? 'import()' : 'require()'}; medians of ${ROUNDS} rounds`,
    );
    for (const [index, { name }] of loads.entries()) {
      const [processor, wall] = (['processor', 'wall'] as const).map((key) =>
        median(samples[index]?.map((cost) => cost[key]) ?? [])
          .toFixed(1)
          .padStart(6),
      );
      console.log(`  ${name.padEnd(30)} ${processor} ms of processor time, ${wall} ms in all`);
    }
    const ratio = (one: string, other: string) => {
      const [first, second] = [one, other].map(
        (wanted) => samples[loads.findIndex(({ name }) => name === wanted)] ?? [],
      );
      return (['processor', 'wall'] as const).map(
        (key) =>
          `${median(first?.map((cost, round) => cost[key] / (second?.[round]?.[key] ?? Number.NaN)) ?? []).toFixed(2)}x`,
      );
    };
    const [main, mainInAll] = ratio('.', 'the five runtime dependencies');
    const [calendar, calendarInAll] = ratio('./calendar', 'luxon');
    console.log(
      `  . beside its five runtime dependencies: ${main} of their processor time (wanted: at most 1x), ${mainInAll} of their time in all`,
    );
    console.log(
      `  ./calendar beside luxon alone: ${calendar} of its processor time (wanted: at most 2x), ${calendarInAll} of its time in all`,
    );
  }
}

/** Loads them in turns, so that other load affects all of them equally. */
function measure(loads: readonly Load[], format: Format): readonly Cost[][] {
  const samples: Cost[][] = loads.map(() => []);
  // The first round fills the caches of the file system.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, load] of loads.entries()) {
      const cost = loadOnce(load, format);
      if (round >= 0) samples[index]?.push(cost);
    }
  }
  return samples;
}

function loadOnce({ packages }: Load, format: Format): Cost {
  // jose and oauth4webapi are ESM only. A program in CommonJS imports them.
  const steps = packages.map((name) =>
    format === 'cjs' && !['jose', 'oauth4webapi'].includes(name)
      ? `require('${name}');`
      : `await import('${name}');`,
  );
  const script = `(async () => {
    const start = performance.now();
    const before = process.cpuUsage();
    ${steps.join('\n')}
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ processor: (user + system) / 1e3, wall: performance.now() - start }));
  })();`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [`--input-type=${format === 'esm' ? 'module' : 'commonjs'}`, '--eval', script],
    { encoding: 'utf8' },
  );
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as Cost;
}
