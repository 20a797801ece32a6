import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Catalog, publishedCatalog } from '../../catalog/catalog.js';
import { checked } from '../../sandbox/problems.js';
import { checkRegistration, type Registration } from '../../sandbox/registrations.js';
import { catalogOf, defineService, isService, type Service } from '../../service/service.js';
import { quoted, UsageError } from '../arguments.js';
import { readBytes, readJsonFile, systemCode, withFile } from '../files.js';

/** A service, with the data of its registration if one was given. */
export interface Declared {
  readonly service: Service;
  readonly catalog: Catalog;
  readonly clientId?: string;
  readonly redirectUris?: readonly string[];
  readonly provider?: Registration['provider'];
  readonly fields?: Registration['fields'];
}

/** A candidate in a file: the export's name, or the client id in a list. */
type Found = readonly [name: string, value: unknown];

/**
 * Reads a service or a registration: from JSON as `sandbox --service` does, or from the exports of
 * a module, which is run.
 *
 * @param pick - which one, if the file has several.
 * @param catalog - for a service that was not defined with one.
 */
export async function loadDeclared(
  file: string,
  pick: string | undefined,
  catalog: Catalog = publishedCatalog,
): Promise<Declared> {
  const found = /\.[cm]?[jt]s$/.test(file) ? await exportsOf(file) : entriesOf(readJsonFile(file));
  const value = choose(file, found, pick);
  if (isService(value)) return { service: value, catalog: catalogOf(value) };
  if (!isRegistration(value))
    return { service: withFile(file, 'spec', () => defineAny(value, catalog)), catalog };
  const given = isService(value.service) ? catalogOf(value.service) : catalog;
  withFile(file, 'registration', () =>
    checked((problems) => checkRegistration(value, 'registration', given, problems)),
  );
  const { clientId, redirectUris, provider, fields } = value;
  const service = isService(value.service)
    ? value.service
    : withFile(file, 'spec', () => defineAny(value.service, given));
  return {
    ...{ service, catalog: given, clientId, redirectUris },
    ...(provider && { provider }),
    ...(fields && { fields }),
  };
}

function defineAny(spec: unknown, catalog: Catalog): Service {
  return defineService(spec as Parameters<typeof defineService>[0], catalog) as Service;
}

function isRegistration(value: unknown): value is Registration {
  return typeof value === 'object' && value !== null && 'service' in value;
}

function entriesOf(value: unknown): readonly Found[] {
  return Array.isArray(value)
    ? value.map((entry) => [String(Object(entry).clientId), entry])
    : [['', value]];
}

/** Runs a module, and returns the services and registrations that it exports. */
async function exportsOf(file: string): Promise<readonly Found[]> {
  // Reports a missing file here, because an error of Node could mean one of its imports.
  readBytes(file);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const code = systemCode(error);
    const old = code === 'ERR_UNKNOWN_FILE_EXTENSION';
    const shown = /^[A-Z][A-Z_\d]+$/.test(code) ? code : 'Error';
    throw new UsageError(
      old
        ? {
            ja: `この Node.js では TypeScript を読み込めません: ${quoted(file)}。Node.js 22.18 以降を使うか、tsx を入れて NODE_OPTIONS='--import tsx' を指定してください。`,
            en: `this Node.js cannot load TypeScript: ${quoted(file)}. Use Node.js 22.18 or later, or install tsx and set NODE_OPTIONS='--import tsx'.`,
          }
        : {
            ja: `実行できません: ${quoted(file)}（${shown}）。このファイルを node で直接実行すると、原因が表示されます。`,
            en: `cannot run ${quoted(file)} (${shown}). Run the file with node to see the cause.`,
          },
    );
  }
  const found = Object.entries(module).filter(
    ([, value]) => isService(value) || (isRegistration(value) && 'redirectUris' in value),
  );
  // A service that is exported twice is one.
  return found.filter(([, value], index) => found.findIndex((one) => one[1] === value) === index);
}

function choose(file: string, found: readonly Found[], pick: string | undefined): unknown {
  const names = found.map(([name]) => name).filter((name) => name !== '');
  const fitting = pick === undefined ? found : found.filter(([name]) => name === pick);
  const [only, second] = fitting;
  if (only !== undefined && second === undefined) return only[1];
  if (found.length === 0)
    throw new UsageError({
      ja: `サービスがありません: ${quoted(file)}（defineService の戻り値を export してください）`,
      en: `${quoted(file)} has no service: export the result of defineService`,
    });
  const list = names.map(quoted).join(', ');
  throw new UsageError({
    ja: `--pick でサービスを1つ選んでください: ${list}`,
    en: `choose one service with --pick: ${list}`,
  });
}
