import { randomBytes } from 'node:crypto';
import { type Answer, type Instant, latest } from '../../src/index.js';
import {
  createLocalKeys,
  createMemoryVaultStore,
  createVault,
  type Vault,
  type VaultEvent,
  type VaultKeys,
  type VaultStore,
} from '../../src/vault/index.js';
import {
  type Bank,
  type BankOptions,
  expectStatus,
  type Loan,
  loan,
  openBank,
} from '../kit/loan.js';
import { hide } from '../kit/register.js';

export const PURPOSE = { purpose: 'housing-loan', reason: 'review of an application' };
/** The end of the period of an answer given at `NOW`: the midnight after the 30th day. */
export const PERIOD_ENDS = '2027-01-01T00:00:00+09:00';
const DAY_MS = 86_400_000;

export const newKey = () => hide('key-encryption key', randomBytes(32).toString('base64url'));

export interface Safe {
  readonly bank: Bank<Loan>;
  readonly vault: Vault<Loan>;
  readonly store: VaultStore;
  readonly keys: VaultKeys;
  readonly events: VaultEvent[];
  /** Opens another vault over the same store and keys, as after a restart. */
  reopen(changes?: Partial<Parameters<typeof createVault<Loan>>[0]>): Vault<Loan>;
  /** Returns the portal's answer about a persona. */
  answer(persona?: string): Promise<Answer<Loan>>;
  /** Moves the clock as in daily use: the vault is called at least once a day. */
  elapse(to: Instant, vault?: Vault<Loan>): Promise<void>;
}

/** Opens a vault beside a client and a sandbox, on one virtual clock. */
export function openSafe(
  options: {
    store?: VaultStore;
    keys?: VaultKeys;
    personas?: NonNullable<BankOptions<Loan>['personas']>;
  } = {},
): Safe {
  const {
    store = createMemoryVaultStore(),
    keys = createLocalKeys({ current: 'key-1', keys: { 'key-1': newKey() } }),
    personas,
  } = options;
  const bank = openBank(personas ? { personas } : {});
  const { clock, client, consent, onProgress } = bank;
  const events: VaultEvent[] = [];
  const reopen: Safe['reopen'] = (changes) =>
    createVault({
      service: loan,
      store,
      keys,
      clock,
      onEvent: (event) => events.push(event),
      ...changes,
    });
  const vault = reopen();
  return {
    bank,
    vault,
    store,
    keys,
    events,
    reopen,
    answer: async (persona) =>
      expectStatus(await client.query(await consent(persona), latest(), { onProgress }), 'ready')
        .answer,
    async elapse(to, asked = vault) {
      const end = typeof to === 'string' ? Date.parse(to) : Number(to);
      while (clock.now() < end) {
        clock.set(Math.min(clock.now() + DAY_MS, end));
        await asked.read('0'.repeat(32), PURPOSE).catch(() => undefined);
      }
    },
  };
}

/** Returns a store whose calls can be made to fail, or to return something else. */
export function alterable(
  inner: VaultStore = createMemoryVaultStore(),
): VaultStore & { change: Partial<VaultStore> } {
  const altered = {
    change: {} as Partial<VaultStore>,
    ...(Object.fromEntries(
      (Object.keys(inner) as (keyof VaultStore)[]).map((name) => [
        name,
        (...args: never[]) =>
          ((altered.change[name] ?? inner[name]) as (...args: never[]) => unknown)(...args),
      ]),
    ) as unknown as VaultStore),
  };
  return altered;
}
