import type { ZodObject, ZodType } from 'zod';
import type { SandboxContext } from '../context.js';
import type { connectionOf } from './connection.js';
import type { SandboxControl } from './types.js';

/** What an operation is called with. Parameters are texts; the body is JSON, not yet checked. */
export interface OperationInput {
  readonly control: SandboxControl;
  readonly clock: SandboxContext['baseClock'];
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: never;
  readonly signal: AbortSignal;
  /** Returns what a client needs. Default: the first one. */
  connect(clientId?: string): ReturnType<typeof connectionOf>;
}

/** A function of the control, as it is served over HTTP and described by OpenAPI. */
export interface Operation {
  /** The name of the function: the operationId of OpenAPI. */
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/sandbox`, with parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly query?: ZodObject;
  readonly body?: ZodType;
  /** Of the response. Default: it has no body. */
  readonly response?: ZodType;
  run(input: OperationInput): unknown;
}
