/** One way to answer a question about many inputs. */
export interface Contender<Input> {
  readonly name: string;
  ask(input: Input): unknown;
}

/** Medians over the rounds. */
export interface Timing {
  readonly name: string;
  /** Processor time of one answer. */
  readonly nanoseconds: number;
  /** This time divided by that of the first contender in the same round. */
  readonly ratio: number;
}

type Loop = <Input>(
  ask: (input: Input) => unknown,
  inputs: readonly Input[],
  passes: number,
) => number;

const BATCH_US = 10_000;
const FEWEST_INPUTS = 32;
const UNCOUNTED_ROUNDS = 2;

/**
 * Times the contenders in turns, one batch each per round, so that other load affects them equally.
 * Counts processor time, not the time spent waiting for a processor. A batch is whole passes over
 * the inputs. Slow contenders get only the first few inputs.
 */
export function race<Input>(
  contenders: readonly Contender<Input>[],
  inputs: readonly Input[],
  rounds: number,
): Timing[] {
  const runners = contenders.map((contender) => runnerOf(contender, inputs));
  for (let round = 0; round < UNCOUNTED_ROUNDS; round++)
    for (const { measure } of runners) measure();
  const samples = Array.from({ length: rounds }, () => runners.map(({ measure }) => measure()));
  return runners.map(({ name }, index) => ({
    name,
    nanoseconds: median(samples.map((round) => round[index] as number)),
    ratio: median(samples.map((round) => (round[index] as number) / (round[0] as number))),
  }));
}

function runnerOf<Input>(
  { name, ask }: Contender<Input>,
  inputs: readonly Input[],
): { name: string; measure: () => number } {
  const loop = buildLoop();
  const batch = (some: readonly Input[], passes: number): number => {
    const before = process.cpuUsage();
    loop(ask, some, passes);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  let some = inputs.slice(0, FEWEST_INPUTS);
  batch(some, 1);
  while (some.length < inputs.length && batch(some, 1) < BATCH_US)
    some = inputs.slice(0, some.length * 2);
  let passes = 1;
  while (batch(some, passes) < BATCH_US) passes *= 2;
  return { name, measure: () => (batch(some, passes) / passes / some.length) * 1e3 };
}

// Each contender gets its own loop, because the engine could inline none of them in a shared one.
// The loop uses the answers, so that the engine cannot drop them.
function buildLoop(): Loop {
  return new Function(
    'ask',
    'inputs',
    'passes',
    `let last, changes = 0;
    for (let pass = 0; pass < passes; pass++) {
      for (let i = 0; i < inputs.length; i++) {
        const answer = ask(inputs[i]);
        if (answer !== last) changes++;
        last = answer;
      }
    }
    return changes;`,
  ) as Loop;
}

/** Returns the median. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;
}
