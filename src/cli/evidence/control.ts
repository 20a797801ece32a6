import { CONTROL_PATH } from '../../sandbox/control/place.js';
import type { RegisteredClient } from '../../sandbox/control/types.js';
import type { Fault } from '../../sandbox/faults.js';
import type { JournalEntry, JournalQuery } from '../../sandbox/journal.js';
import type { Persona } from '../../sandbox/personas/persona.js';
import { quoted, UsageError } from '../arguments.js';

/** An outage that the command announces to the sandbox. */
export type Stop = Readonly<Record<string, string>>;

/** The control of a running sandbox, over HTTP. */
export interface Control {
  /** The URL of the sandbox's pages. */
  readonly url: string;
  registrations(): Promise<readonly RegisteredClient[]>;
  personas(): Promise<readonly Persona[]>;
  putPersona(persona: Persona): Promise<unknown>;
  deletePersona(id: string): Promise<unknown>;
  addFault(fault: Fault): Promise<{ readonly id: string }>;
  deleteFault(id: string): Promise<unknown>;
  announcements(): Promise<readonly Stop[]>;
  putAnnouncements(stops: readonly Stop[]): Promise<unknown>;
  /** Returns the time, in epoch milliseconds. */
  now(): Promise<number>;
  setClock(epochMs: number): Promise<unknown>;
  journal(query: JournalQuery): Promise<readonly JournalEntry[]>;
}

/** Connects to the control of a sandbox, by the URL of its pages. */
export function connectControl(sandboxUrl: string, stallMs: number): Control {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${sandboxUrl}${CONTROL_PATH}${path}`, {
        method,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
        signal: AbortSignal.timeout(stallMs),
        redirect: 'error',
      });
      text = await response.text();
    } catch {
      throw unusable(sandboxUrl);
    }
    if (response.ok) return parsed(text, sandboxUrl) as T;
    if (response.status === 403)
      throw new UsageError(
        {
          ja: 'サンドボックスの操作は、同じマシン（ループバック）からのみ行えます。',
          en: 'the sandbox can be controlled only from its own machine (loopback).',
        },
        1,
      );
    const {
      path: at = path,
      error_description_ja: ja,
      error_description: en,
    } = Object(parsed(text, sandboxUrl));
    throw new UsageError(
      {
        ja: `サンドボックスに拒否されました: ${quoted(String(at))} ${plain(ja)}`,
        en: `the sandbox refused ${quoted(String(at))}: ${plain(en)}`,
      },
      1,
    );
  };
  return {
    url: sandboxUrl,
    registrations: () => call('GET', '/registrations'),
    personas: () => call('GET', '/personas'),
    putPersona: (persona) => call('PUT', `/personas/${persona.id}`, persona),
    deletePersona: (id) => call('DELETE', `/personas/${id}`),
    addFault: (fault) => call('POST', '/faults', fault),
    deleteFault: (id) => call('DELETE', `/faults/${id}`),
    announcements: () => call('GET', '/announcements'),
    putAnnouncements: (stops) => call('PUT', '/announcements', stops),
    now: async () => (await call<{ readonly epochMs: number }>('GET', '/clock')).epochMs,
    setClock: (epochMs) => call('POST', '/clock', { set: new Date(epochMs).toISOString() }),
    journal: (asked) => call('GET', `/journal?${query(asked)}`),
  };
}

function query(values: object): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  );
}

function plain(text: unknown): string {
  return String(text ?? '').replaceAll(/\p{C}+/gu, ' ');
}

function parsed(text: string, sandboxUrl: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(sandboxUrl);
  }
}

function unusable(sandboxUrl: string): UsageError {
  return new UsageError(
    {
      ja: `サンドボックスに接続できません: ${quoted(sandboxUrl)}（npx myna-selfinfo sandbox で起動し、画面のURLを指定）`,
      en: `no sandbox answers at ${quoted(sandboxUrl)}: start one with npx myna-selfinfo sandbox, and give the URL of its pages`,
    },
    1,
  );
}
