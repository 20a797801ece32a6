import { invalidOption, type SelfInfoError } from '../../foundation/errors.js';
import { checkSignal, checkWhole, readKeys } from '../../foundation/options.js';
import { ONCE } from '../../foundation/own.js';
import type { SandboxContext } from '../context.js';
import { checkFault } from '../faults.js';
import { type Journal, type JournalEntry, type JournalQuery, querySchema } from '../journal.js';
import { checkPersona, findPersona, type Persona } from '../personas/persona.js';
import { checked } from '../problems.js';
import { type Client, checkRegistration } from '../registrations.js';
import { controlOfNews } from './news.js';
import { ruleSchema } from './rule.js';
import type { RegisteredClient, SandboxControl, WaitOptions } from './types.js';

/** Creates the control of a space. `reset` puts its context back to how it began. */
export function createControl(context: SandboxContext, reset: () => void): SandboxControl {
  return {
    ...controlOfPersonas(context),
    ...controlOfClients(context),
    listFaults: () => context.faults.list(),
    addFault: (fault) =>
      context.faults.add(checked((problems) => checkFault(fault, 'fault', problems))),
    deleteFault(id) {
      if (!context.faults.remove(id)) throw unknown('id');
    },
    ...controlOfNews(context),
    getRule: () => context.rule,
    putRule(rule) {
      if (rule !== undefined) {
        checked((problems) => problems.parse(ruleSchema, rule, 'rule'));
        findPersona(context.personas, rule.persona, 'rule.persona');
      }
      context.rule = rule && Object.freeze({ ...rule });
    },
    readJournal: (query = {}) => context.journal.find(checkQuery(query)),
    waitForJournal: (query = {}, options = {}) =>
      waitFor(context.journal, checkQuery(query), options),
    reset,
  };
}

function controlOfPersonas(context: SandboxContext) {
  const put = (persona: Persona): Persona => {
    const { catalog } = context;
    const copy = checked((problems) => checkPersona(persona, 'persona', problems, catalog));
    context.personas.set(copy.id, copy);
    return copy;
  };
  return {
    listPersonas: () => [...context.personas.values()],
    putPersona: put,
    putRecords(id, detail, records) {
      const persona = findPersona(context.personas, id, 'id');
      return put({ ...persona, records: { ...persona.records, [detail]: records } });
    },
    deletePersona(id) {
      findPersona(context.personas, id, 'id');
      deleteUnlessLast(context.personas, id, 'personas');
    },
  } satisfies Partial<SandboxControl>;
}

function controlOfClients(context: SandboxContext) {
  return {
    listRegistrations: () => [...context.clients.values()].map(shown),
    putRegistration(registration) {
      const { catalog } = context;
      const client = checked((problems) =>
        checkRegistration(registration, 'registration', catalog, problems),
      );
      context.clients.set(client.clientId, client);
      return shown(client);
    },
    deleteRegistration(clientId) {
      if (!context.clients.has(clientId)) throw unknown('clientId');
      deleteUnlessLast(context.clients, clientId, 'registrations');
    },
  } satisfies Partial<SandboxControl>;
}

function checkQuery(query: JournalQuery): JournalQuery {
  return checked((problems) => problems.parse(querySchema, query, 'query'));
}

function unknown(path: string): SelfInfoError {
  return invalidOption(path, {
    en: 'There is none of this name.',
    ja: '該当するものがありません。',
  });
}

function deleteUnlessLast(from: Map<string, unknown>, key: string, path: string): void {
  if (from.size === 1)
    throw invalidOption(path, {
      en: 'The last one cannot be removed.',
      ja: '最後の1つは削除できません。',
    });
  from.delete(key);
}

function shown(client: Client): RegisteredClient {
  const { clientId, redirectUris, name, purpose, retentionDays, mustPush } = client;
  const { noticeUri, provider } = client;
  const items = [...client.items.values()];
  return {
    ...{ clientId, redirectUris, name, purpose, retentionDays, noticeUri, provider },
    items: items.map(({ methods, ...item }) => ({ ...item, inquiries: methods })),
    clientAuth: client.keys ? 'private_key_jwt' : client.secret ? 'client_secret' : 'tls',
    requirePushedAuthorizationRequests: mustPush,
  };
}

/** Waits until a journal has enough entries that a query asks for. */
function waitFor(
  journal: Journal,
  query: JournalQuery,
  options: WaitOptions,
): Promise<readonly JournalEntry[]> {
  const { count = 1, signal } = readKeys(options, 'options', {
    count: true,
    signal: true,
  } satisfies Record<keyof WaitOptions, true>);
  checkWhole(count, 'options.count', 1);
  checkSignal(signal, 'options.signal');
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const look = () => {
      const found = journal.find(query);
      if (found.length < count) return;
      end();
      resolve(found);
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    const unwatch = journal.watch(look);
    const end = () => {
      unwatch();
      signal?.removeEventListener('abort', abort);
    };
    signal?.addEventListener('abort', abort, ONCE);
    look();
  });
}
