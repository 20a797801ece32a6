import {
  array,
  discriminatedUnion,
  enum as enumOf,
  int,
  literal,
  number,
  optional,
  strictObject,
  string,
  boolean as yesOrNo,
} from 'zod';
import type { Chance } from './chance.js';
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
 * A fault on demand: at which step (`on`), at which of its calls, and what happens (`do`).
 *
 * Default: every call of the step. `client` leaves only the calls of that client id, `nth` (from 1)
 * only one of what is left, `share` (above 0, up to 1) about that part of them, and `times` (from
 * 1) only the first ones that it hits.
 *
 * `error-500`, `error-503`, `error-429` and `maintenance` replace the step: it is not carried out.
 * All others change only the response to a step that was carried out.
 *
 * At `notice` only these are possible: `delay`, `lose`, `double`, and `forge`, which replaces the
 * process id by another one.
 */
export type Fault = {
  readonly on: FaultStep;
  readonly client?: string | undefined;
  readonly nth?: number | undefined;
  readonly share?: number | undefined;
  readonly times?: number | undefined;
} & FaultAction;

/** A fault of a plan: `id` names it, `hits` counts the calls that it was injected into. */
export type PlannedFault = Fault & { readonly id: string; readonly hits: number };

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

const place = {
  on: enumOf(steps),
  client: optional(string().min(1).max(64)),
  nth: optional(int().min(1)),
  share: optional(number().gt(0).max(1)),
  times: optional(int().min(1)),
};
/** The schema of a fault. */
export const faultSchema = discriminatedUnion('do', [
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
  const faults = problems.parseList(faultList, value, path) ?? [];
  for (const [index, fault] of faults.entries()) checkPlace(fault, `${path}[${index}]`, problems);
  return faults;
}

/** Checks one fault and returns a copy. */
export function checkFault(value: unknown, path: string, problems: Problems): Fault | undefined {
  const fault = problems.parse(faultSchema, value, path);
  if (fault !== undefined) checkPlace(fault, path, problems);
  return fault;
}

/** Adds a problem if a fault is not possible at its step. */
function checkPlace(fault: Fault, path: string, problems: Problems): void {
  if (!isPossible(fault))
    problems.add(`${path}.do`, {
      en: `It is possible only at ${stepsOf(fault.do).join(', ')}.`,
      ja: `この動作を指定できるステップは ${stepsOf(fault.do).join('、')} だけです。`,
    });
}

function isPossible(fault: Fault): boolean {
  return stepsOf(fault.do).includes(fault.on);
}

/** The faults of a sandbox, in the order in which they are asked. */
export interface FaultPlan {
  /** Returns whether the fault of a step depends on who calls. */
  needsCaller(on: FaultStep): boolean;
  /** Returns the fault to inject into a call, if any. */
  of(on: FaultStep, request: Request, caller: string | undefined): Fault | undefined;
  add(fault: Fault): PlannedFault;
  /** Removes a fault. Returns false if there is none of this id. */
  remove(id: string): boolean;
  list(): readonly PlannedFault[];
}

interface Planned {
  readonly id: string;
  readonly fault: Fault;
  /** The calls that `on` and `client` leave. */
  calls: number;
  hits: number;
}

/** Creates a plan: the fault that a call's header requests, else the first one that matches. */
export function createFaultPlan(faults: readonly Fault[], { fraction }: Chance): FaultPlan {
  const planned: Planned[] = [];
  let added = 0;
  const add = (fault: Fault): PlannedFault => {
    const entry = { id: `fault-${++added}`, fault, calls: 0, hits: 0 };
    planned.push(entry);
    return shown(entry);
  };
  for (const fault of faults) add(fault);
  const isHit = ({ id, fault, calls, hits }: Planned): boolean => {
    const { nth = calls, times = Number.POSITIVE_INFINITY, share } = fault;
    return (
      nth === calls && hits < times && (share === undefined || fraction(`${id} ${calls}`) < share)
    );
  };
  return {
    needsCaller: (on) => planned.some(({ fault }) => fault.on === on && fault.client !== undefined),
    of(on, request, caller) {
      const here = planned.filter(
        ({ fault }) => fault.on === on && (fault.client ?? caller) === caller,
      );
      // Also counts for a fault that another one precedes: its calls are those of the step.
      for (const entry of here) entry.calls++;
      const requested = request.headers.get(faultHeader);
      if (requested !== null) return parseFault(on, requested);
      const hit = here.find(isHit);
      if (hit === undefined) return undefined;
      hit.hits++;
      return hit.fault;
    },
    add,
    remove(id) {
      const index = planned.findIndex((entry) => entry.id === id);
      if (index !== -1) planned.splice(index, 1);
      return index !== -1;
    },
    list: () => planned.map(shown),
  };
}

function shown({ id, fault, hits }: Planned): PlannedFault {
  return { id, ...fault, hits };
}

function parseFault(on: FaultStep, text: string): Fault {
  const [action = '', ...settings] = text.split(';').map((part) => part.trim());
  const values = settings.map((setting) => {
    const [name = '', value = ''] = setting.split('=').map((part) => part.trim());
    return [name, /^-?\d{1,15}$/.test(value) ? Number(value) : value === 'true' ? true : value];
  });
  // The header applies to this call only.
  const elsewhere = values.some(([name]) => name === 'do' || Object.hasOwn(place, String(name)));
  const { success, data } = faultSchema.safeParse({
    ...Object.fromEntries(values),
    on,
    do: action,
  });
  if (elsewhere || !success || !isPossible(data)) throw new Refusal('fault_unknown', faultHeader);
  return data;
}
