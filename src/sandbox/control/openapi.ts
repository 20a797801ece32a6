import { registry, toJSONSchema, type ZodType } from 'zod';
import { anyJson } from '../personas/persona.js';
import type { Operation } from './operation.js';
import { spaceHeader } from './place.js';
import type { controlUrls } from './reach.js';

const TOKEN = 'ControlToken';

/** Describes operations as an OpenAPI 3.1 document. */
export function describeControl(
  operations: readonly Operation[],
  { local, remote }: ReturnType<typeof controlUrls>,
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations)
    paths[operation.path] = {
      parameters: [{ $ref: '#/components/parameters/Space' }],
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation),
    };
  return {
    openapi: '3.1.0',
    info: {
      title: 'myna-selfinfo sandbox control',
      version: '1',
      description: 'Reads and changes a sandbox, or one of its spaces, while it runs.',
    },
    servers: [
      { url: local, description: 'To callers on loopback, without a token.' },
      ...(remote === undefined
        ? []
        : [{ url: remote, description: 'To every caller, over TLS, with the control token.' }]),
    ],
    // Which of the two depends on the server.
    ...(remote !== undefined && { security: [{}, { [TOKEN]: [] }] }),
    paths,
    components: {
      parameters: { Space: space },
      ...(remote !== undefined && {
        securitySchemes: { [TOKEN]: { type: 'http', scheme: 'bearer' } },
      }),
      schemas: { ...schemasOf(operations), Problem: problem },
    },
  };
}

/** Returns the schemas that the operations name, and the JSON that they may contain. */
function schemasOf(operations: readonly Operation[]) {
  const named = registry<{ id: string }>();
  named.add(anyJson, { id: 'Json' });
  for (const { id, body, response } of operations) {
    if (body) named.add(body, { id: bodyOf(id) });
    if (response) named.add(response, { id: responseOf(id) });
  }
  const { schemas } = toJSONSchema(named, { uri: (id) => SCHEMAS + id, unrepresentable: 'any' });
  const described = Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [
    id,
    schema,
  ]);
  // A schema that refers to itself becomes a type that TypeScript refuses.
  return { ...Object.fromEntries(described), Json: { description: 'Any JSON.' } };
}

const space = {
  name: spaceHeader,
  in: 'header',
  description: 'The space to read or change. Default: that of the URL.',
  schema: { type: 'string' },
};

const SCHEMAS = '#/components/schemas/';
const bodyOf = (id: string) => `${id}Body`;
const responseOf = (id: string) => `${id}Response`;

const problem = {
  type: 'object',
  required: ['error', 'error_description', 'error_description_ja'],
  properties: {
    error: { type: 'string' },
    error_description: { type: 'string' },
    error_description_ja: { type: 'string' },
    path: { type: 'string', description: 'The place in the request.' },
  },
};

function describe({ id, path, summary, query, body, response }: Operation): object {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const asked = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: parameterOf(schema as ZodType),
  }));
  const ok =
    response === undefined
      ? { 204: { description: 'Done.' } }
      : { 200: { description: 'Done.', content: json(SCHEMAS + responseOf(id)) } };
  return {
    operationId: id,
    summary,
    ...(named.length + asked.length > 0 && { parameters: [...named, ...asked] }),
    ...(body && { requestBody: { required: true, content: json(SCHEMAS + bodyOf(id)) } }),
    responses: {
      ...ok,
      '4XX': {
        description: 'Refused. Nothing was changed.',
        content: json(`${SCHEMAS}Problem`),
      },
    },
  };
}

function json(schema: string) {
  return { 'application/json': { schema: { $ref: schema } } };
}

function parameterOf(schema: ZodType): object {
  const { $schema: _, ...rest } = toJSONSchema(schema);
  return rest;
}
