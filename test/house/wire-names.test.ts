import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { publicProfile } from '../../src/wire/public-profile.js';
import { readSources, type Source } from './sources.js';
import { lineOf, parse } from './syntax.js';

// Names of the wire that OAuth defines. IANA registries: "OAuth Parameters", "Access Token Types",
// "Authorization Endpoint Response Types", "Extensions Error Registry", "Token Type Hints", "Token
// Endpoint Authentication Methods" and "PKCE Code Challenge Methods".
const registered = new Set(
  `
  access_token ace_client_recipientid ace_profile ace_server_recipientid acr_values actor_token actor_token_type assertion aud audience
  authorization_details claim_token claims claims_locales client_assertion client_assertion_type client_id client_secret cnf code code_challenge
  code_challenge_method code_verifier device_code display dpop_jkt error error_description error_uri exp expires_in grant_type iat id_token
  id_token_hint iss issued_token_type jti login_hint max_age nbf nfv nonce nonce1 nonce2 password pct prompt redirect_uri refresh_token registration
  req_cnf request request_uri requested_token_type resource response_mode response_type rpt rs_cnf scope session_state state sub subject_token
  subject_token_type ticket token_type ui_locales upgraded user_code username vtr
  Bearer DPoP N_A PoP
  none token
  access_denied expired_token insufficient_scope insufficient_user_authentication interaction_required invalid_authorization_details invalid_client
  invalid_client_metadata invalid_dpop_proof invalid_grant invalid_redirect_uri invalid_request invalid_request_object invalid_request_uri invalid_scope
  invalid_target invalid_token login_required missing_user_code need_info registration_not_supported request_denied request_not_supported
  request_submitted request_uri_not_supported slow_down unauthorized_client unsupported_grant_type unsupported_pop_key unsupported_response_type
  unsupported_token_type use_dpop_nonce authorization_pending account_selection_required consent_required server_error temporarily_unavailable
  client_secret_basic client_secret_post client_secret_jwt private_key_jwt tls_client_auth self_signed_tls_client_auth
  S256 plain
  `
    .trim()
    .split(/\s+/),
);

// Names of the profile that may occur elsewhere, each with the reason.
const excused: Readonly<Record<string, string>> = {
  poll: 'how this package names the way an answer is awaited; it is not sent',
  query: 'a response mode that OAuth defines, and an everyday word',
  identity: 'how HTTP calls a body without a coding, and an everyday word',
  'until-refused': 'how this package names a policy; it is not sent',
};

/**
 * Returns the entries of a profile whose value is one string, at any depth. Lists of codes are
 * vocabulary to recognise, not names to write.
 */
function wireNames(profile: unknown): Set<string> {
  const names = new Set<string>();
  collect(profile);
  return names;

  function collect(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if ('confidence' in value && 'value' in value) {
      if (typeof value.value === 'string') names.add(value.value);
    } else {
      for (const inner of Object.values(value)) collect(inner);
    }
  }
}

/**
 * Returns the keys of a profile. Where a key equals its value, `profile.fields.thatKey` is not a
 * violation.
 */
function keysOf(profile: unknown): string[] {
  if (typeof profile !== 'object' || profile === null) return [];
  return Object.entries(profile).flatMap(([key, value]) => [key, ...keysOf(value)]);
}

const profileKeys = new Set(keysOf(publicProfile));

/**
 * Returns where a source writes one of the names: as a literal, in a template, or as an object key,
 * quoted or not.
 */
function wireNamesIn(source: Source, names: ReadonlySet<string>): string[] {
  const found: string[] = [];
  if (mayContain(source, names)) visit(parse(source));
  return found;

  function visit(node: ts.Node): void {
    const text = textOf(node);
    if (text !== undefined && names.has(text))
      found.push(`${source.path}:${lineOf(node)} writes ${JSON.stringify(text)}`);
    ts.forEachChild(node, visit);
  }
}

/** Whether a text contains one of the names, perhaps in escapes. Parsing takes much longer. */
function mayContain({ text }: Source, names: ReadonlySet<string>): boolean {
  const plain = text.replaceAll(/\\\n?/g, '');
  return /\\[ux]/.test(text) || [...names].some((name) => plain.includes(name));
}

function textOf(node: ts.Node): string | undefined {
  if (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node)
  )
    return node.text;
  if (!ts.isIdentifier(node) || profileKeys.has(node.text)) return undefined;
  if (
    (ts.isObjectLiteralElement(node.parent) || ts.isTypeElement(node.parent)) &&
    node.parent.name === node
  )
    return node.text;
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return node.text;
  if (ts.isBindingElement(node.parent) && (node.parent.propertyName ?? node.parent.name) === node)
    return node.text;
  return undefined;
}

describe('the names of the wire', () => {
  const names = wireNames(publicProfile);
  const guarded = new Set([...names].filter((name) => !registered.has(name) && !(name in excused)));
  // The type, the data and the checks of a profile name its fields.
  const profile = ['data', 'profile', 'public-profile', 'profile-checks'].map(
    (name) => `src/wire/${name}.ts`,
  );
  const sources = readSources('src', /\.ts$/).filter(({ path }) => !profile.includes(path));

  it('are read from the profile', () => {
    expect(names).toContain(publicProfile.paths.result.value);
    expect(names).toContain(publicProfile.fields.processId.value);
    expect(names).toContain(publicProfile.itemStatuses['nothing-on-record'].value);
    expect(guarded.size).toBeGreaterThan(20);
  });

  it('occur in the wire profile only', () => {
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.flatMap((source) => wireNamesIn(source, guarded))).toEqual([]);
  });

  it('are excepted only if the profile contains them', () => {
    expect(Object.keys(excused).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each([
    ['a string', "send('process_id');"],
    ['a template', 'send(`process_id`);'],
    ['a piece of a template', 'send(`$' + '{origin}/request`);'],
    ['a quoted key', "send({ 'process_id': 1 });"],
    ['a key', 'send({ process_id: 1 });'],
    ['a shorthand key', 'send({ process_id });'],
    ['a property', 'read(body.process_id);'],
    ['a destructured property', 'const { process_id: id } = body;'],
    ['a type', 'interface Body { process_id: string }'],
    ['a literal type', "type Status = 'DONE';"],
    ['a string with escapes', "send('\\u0070rocess_id', '\\d');"],
    ['a string with a needless escape', "send('process\\_id');"],
  ])('are found as %s', (_, text) => {
    expect(wireNamesIn({ path: 'src/invented.ts', text }, guarded)).toHaveLength(1);
  });

  it('are not found in other words, comments and registered names', () => {
    const text = "// process_id\nsend({ client_id: 'S256' }, 'the process_id', processId);";
    expect(wireNamesIn({ path: 'src/invented.ts', text }, guarded)).toEqual([]);
  });
});
