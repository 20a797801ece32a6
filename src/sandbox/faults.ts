import {
  array,
  discriminatedUnion,
  enum as enumOf,
  int,
  literal,
  optional,
  strictObject,
  boolean as yesOrNo,
} from 'zod';
import { Refusal } from './portal/refusals.js';
import type { Problems } from './problems.js';

/**
 * A step into which a fault can be injected: the pushed authorization request, opening the consent,
 * the token, the request, the poll for the result, its acknowledgement, the notice to the provider.
 */
export type FaultStep =
  | 'push'
  | 'authorize'
  | 'token'
  | 'request'
  | 'result'
  | 'acknowledge'
  | 'notice';

/**
 * A fault on demand: at which step (`on`), at which call of it (`nth`, from 1; default: every one),
 * and what happens (`do`).
 *
 * `error-500`, `error-503`, `error-429` and `maintenance` replace the step: it is not carried out.
 * All others change only the response to a step that was carried out.
 *
 * At `notice` only these are possible: `delay`, `lose`, `double`, and `forge`, which replaces the
 * process id by another one.
 */
export type Fault = { readonly on: FaultStep; readonly nth?: number | undefined } & FaultAction;

/** What a fault does. */
export type FaultAction =
  /**
   * `delay`: the response comes `ms` milliseconds later by the sandbox's clock. `clock-skew`: the
   * step is carried out as though that clock were `ms` milliseconds ahead (behind, if negative).
   */
  | { readonly do: 'delay' | 'clock-skew'; readonly ms: number }
  | {
      readonly do:
        | 'stall'
        | 'reset'
        | 'truncate'
        | 'wrong-type'
        | 'invalid-json'
        | 'huge'
        | 'maintenance'
        | 'mismatched-process'
        | 'lose'
        | 'double'
        | 'forge';
    }
  /** With `retryAfterSeconds` a Retry-After header says when to retry; `asDate`: as a date. */
  | {
      readonly do: 'error-500' | 'error-503' | 'error-429';
      readonly retryAfterSeconds?: number | undefined;
      readonly asDate?: boolean | undefined;
    };

const steps = [
  'push',
  'authorize',
  'token',
  'request',
  'result',
  'acknowledge',
  'notice',
] as const satisfies readonly FaultStep[];

/** The steps at which a fault is possible, for faults that are not possible at every call. */
const possibleSteps: Readonly<Partial<Record<Fault['do'], readonly FaultStep[]>>> = {
  delay: steps,
  'invalid-json': ['push', 'token', 'request', 'result'],
  'mismatched-process': ['request', 'result'],
  lose: ['notice'],
  double: ['notice'],
  forge: ['notice'],
};
const calls = steps.filter((step) => step !== 'notice');
const stepsOf = (fault: Fault['do']): readonly FaultStep[] => possibleSteps[fault] ?? calls;

/**
 * The request header that asks the sandbox for a fault in this call, e.g. `stall` or `delay;
 * ms=5000`. Only the sandbox knows it.
 *
 * @example
 * ```ts
 * import { faultHeader, type Sandbox } from 'myna-selfinfo/sandbox';
 * const headers = { [faultHeader]: 'error-503; retryAfterSeconds=30' };
 * const ask = (sandbox: Sandbox, url: string) => sandbox.fetch(new Request(url, { headers }));
 * ```
 */
export const faultHeader = 'x-sandbox-fault';

const place = { on: enumOf(steps), nth: optional(int().min(1)) };
const faultSchema = discriminatedUnion('do', [
  strictObject({ ...place, do: literal('delay'), ms: int().min(0).max(86_400_000) }),
  strictObject({
    ...place,
    do: literal('clock-skew'),
    ms: int().min(-3_155_760_000_000).max(3_155_760_000_000),
  }),
  strictObject({
    ...place,
    do: enumOf([
      'stall',
      'reset',
      'truncate',
      'wrong-type',
      'invalid-json',
      'huge',
      'maintenance',
      'mismatched-process',
      'lose',
      'double',
      'forge',
    ]),
  }),
  strictObject({
    ...place,
    do: enumOf(['error-500', 'error-503', 'error-429']),
    retryAfterSeconds: optional(int().min(0).max(86_400)),
    asDate: optional(yesOrNo()),
  }),
]);
const faultList = array(faultSchema);

/** Checks a list of faults and returns a copy. Adds every problem with its path. */
export function checkFaults(value: unknown, path: string, problems: Problems): readonly Fault[] {
  const faults = problems.parse(faultList, value, path) ?? [];
  for (const [index, fault] of faults.entries()) {
    if (!isPossible(fault))
      problems.add(
        `${path}[${index}].do`,
        `not at this step: only ${stepsOf(fault.do).join(', ')}`,
      );
  }
  return faults;
}

function isPossible(fault: Fault): boolean {
  return stepsOf(fault.do).includes(fault.on);
}

/** Returns the fault to inject into a call, if any. */
export type FaultPlan = (on: FaultStep, request: Request) => Fault | undefined;

/** Creates a plan: the fault that a call's header requests, else the first one that matches. */
export function createFaultPlan(faults: readonly Fault[]): FaultPlan {
  const counts = new Map<string, number>();
  return (on, request) => {
    const count = (counts.get(on) ?? 0) + 1;
    counts.set(on, count);
    const requested = request.headers.get(faultHeader);
    return requested === null
      ? faults.find((fault) => fault.on === on && (fault.nth ?? count) === count)
      : parseFault(on, requested);
  };
}

function parseFault(on: FaultStep, text: string): Fault {
  const [action = '', ...settings] = text.split(';').map((part) => part.trim());
  const values = settings.map((setting) => {
    const [name = '', value = ''] = setting.split('=').map((part) => part.trim());
    return [name, /^-?\d{1,15}$/.test(value) ? Number(value) : value === 'true' ? true : value];
  });
  // The header applies to this call only.
  const elsewhere = values.some(([name]) => name === 'on' || name === 'nth' || name === 'do');
  const { success, data } = faultSchema.safeParse({
    ...Object.fromEntries(values),
    on,
    do: action,
  });
  if (elsewhere || !success || !isPossible(data)) throw new Refusal('fault_unknown', faultHeader);
  return data;
}
