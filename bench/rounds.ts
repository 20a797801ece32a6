/** One way to answer a question that is asked with many inputs. */
export interface Contender<Input> {
  readonly name: string;
  ask(input: Input): unknown;
}

/** Medians over the rounds. */
export interface Timing {
  readonly name: string;
  /** Of processor time, for one answer. */
  readonly nanoseconds: number;
  /** How many times as long as the first contender takes in the same round. */
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
 * Times the contenders in turns, a batch each per round, so that what else the machine does meets
 * them alike. Processor time is counted: waiting for a processor is not. A batch is whole passes
 * over the inputs; the slow get only the first few of them.
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

// A loop of its own for each contender: in a shared one the engine could inline none of them. The
// answers are used, lest it leave them out.
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

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;
}
