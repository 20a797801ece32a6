import type { RegisteredClient } from '../../sandbox/control/types.js';
import type { JournalEntry } from '../../sandbox/journal.js';
import type { Browser, HostError, NoPortal, Page } from './browser.js';
import type { Citizen, Templates } from './citizens.js';
import type { Config } from './config.js';
import type { Control, Stop } from './control.js';

/** Somebody with a browser. */
export interface Actor {
  readonly browser: Browser;
  /** Whose data may be on the pages. Left out: no data may be. */
  readonly citizen?: Citizen;
  /** The page on which a callback ended. */
  landing?: Page;
}

/** What is the same for all cases of a run. */
export interface Setting {
  readonly control: Control;
  readonly client: RegisteredClient;
  readonly templates: Templates;
  readonly config: Config & { readonly start: { readonly url: string } & Config['start'] };
  /** The origin of the sandbox's pages. */
  readonly portal: string;
  readonly hosts: ReadonlySet<string>;
  readonly stallMs: number;
  readonly waitMs: number;
  /** Functions that undo the changes to the sandbox, in the order of the changes. */
  readonly undo: (() => Promise<unknown>)[];
}

/** What a way to play a case works with. */
export interface Stage extends Setting {
  /** Creates a citizen of this case, and gives the sandbox the persona. */
  citizen(): Promise<Citizen>;
  actor(citizen?: Citizen): Actor;
  moveClock(ms: number): Promise<void>;
  announce(stop: Stop): Promise<void>;
  /** Whether answers are to be collected in this case. */
  readonly collects: boolean;
  /** Whether all answers of this case have been collected. */
  isCollected(): Promise<boolean>;
  /** The codes and states of this case. */
  readonly secrets: Set<string>;
  /** The URLs of the callbacks that were opened. */
  readonly callbacks: Set<string>;
  /** A text to pass to the host that it must not show. */
  readonly echo: string;
}

/** What was seen when a case was played. */
export interface Scene {
  readonly actors: readonly Actor[];
  readonly citizens: readonly Citizen[];
  readonly journal: readonly JournalEntry[];
  readonly secrets: ReadonlySet<string>;
  readonly callbacks: ReadonlySet<string>;
  readonly echo: string;
  readonly collected: boolean;
  /** Why it could not be played to its end. */
  readonly stopped?: HostError | NoPortal | undefined;
}
