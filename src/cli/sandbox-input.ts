import { createCalendar } from '../calendar/calendar.js';
import { createVirtualClock, type VirtualClock } from '../foundation/clock.js';
import { isSelfInfoError } from '../foundation/errors.js';
import type { RegisteredProvider } from '../sandbox/consent-facts.js';
import type { Persona } from '../sandbox/personas/persona.js';
import type { Registration } from '../sandbox/registrations.js';
import type { ServiceSpec } from '../service/spec.js';
import { quoted, UsageError } from './arguments.js';
import { readJsonFile, readTextFile } from './files.js';

const CLIENT_ID = 'SP12345678_AB1234';
const REDIRECT_URIS = ['http://localhost:3000/callback'];

/** An invented service of a bank, used without `--service`. */
export const loan: ServiceSpec = {
  name: '住宅ローン事前審査（見本）',
  purpose: { id: 'housing-loan', text: '住宅ローンの事前審査のため' },
  retention: { days: 30 },
  items: {
    income: {
      detail: 'local-tax',
      code: 'TM00000000000002',
      inquiries: ['latest', 'point-in-time', 'range'],
      latestBy: '課税年度',
    },
    household: { detail: 'household', inquiries: ['latest', 'point-in-time'], latestBy: '異動日' },
  },
};

const bank: RegisteredProvider = {
  name: '株式会社みほん銀行（見本）',
  contact: '0120-000-000（平日9時〜17時）',
  privacyPolicy: 'https://loan.example/privacy',
};

/** Values from a file, not yet checked. Errors name `root`, the option that holds them. */
export interface Source<T> {
  readonly value: T;
  readonly root: string;
  readonly file: string;
}

export function readPort(option: string, typed: string | undefined): number {
  const port = /^\d{1,5}$/.test(typed ?? '0') ? Number(typed ?? 0) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError({
    ja: `${option} には 0〜65535 の番号を指定してください: ${quoted(typed ?? '')}`,
    en: `${option} must be a number from 0 to 65535: ${quoted(typed ?? '')}`,
  });
}

/** Reads `--service`: a service, a registration, or a list of registrations. */
export function readRegistrations(file: string | undefined): Source<readonly Registration[]> {
  const value = file === undefined ? loan : readJsonFile(file);
  const source = (registrations: unknown, root: string) => ({
    value: registrations as readonly Registration[],
    root,
    file: file ?? '',
  });
  if (Array.isArray(value)) return source(value, 'options.registrations');
  if (typeof value === 'object' && value !== null && 'service' in value)
    return source([value], 'options.registrations[0]');
  const registration = { clientId: CLIENT_ID, redirectUris: REDIRECT_URIS, service: value };
  return source(
    [file === undefined ? { ...registration, provider: bank } : registration],
    'options.registrations[0].service',
  );
}

export function readPersonas(file: string): Source<readonly Persona[]> {
  return { value: readJsonFile(file) as readonly Persona[], root: 'options.personas', file };
}

/** Reads `--control-token-file`. A token on the command line would be shown by `ps`. */
export function readToken(file: string | undefined): { controlToken?: string } {
  // Editors and echo end a file with a line break.
  return file === undefined ? {} : { controlToken: readTextFile(file).trimEnd() };
}

/** Creates the stopped clock of `--at`. */
export function readClock(typed: string): VirtualClock {
  try {
    const clock = createVirtualClock(typed);
    createCalendar().isOpen({ server: 'mynaportal' }, clock.now());
    return clock;
  } catch (error) {
    if (!isSelfInfoError(error)) throw error;
    if (isSelfInfoError(error, 'outside_calendar')) {
      const named = (message: string): string => message.replace(error.path ?? '', () => '--at');
      throw new UsageError({ ja: named(error.messageJa), en: named(error.message) });
    }
    throw new UsageError({
      ja: `--at の時刻を読み取れません: ${quoted(typed)}（例: 2026-12-01T10:00+09:00、2026-12-01）`,
      en: `--at cannot be read: ${quoted(typed)} (example: 2026-12-01T10:00+09:00 or 2026-12-01)`,
    });
  }
}
