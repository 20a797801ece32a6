import { isSelfInfoError, SelfInfoError } from '../foundation/errors.js';
import { inexactNumberAt } from '../foundation/json-numbers.js';
import { own } from '../foundation/own.js';
import type { Service } from '../service/service.js';
import { checkInquiries, codesOf } from './inquiries.js';
import type { Retrieval } from './types.js';

/**
 * Validates a retrieval, as JSON text or parsed.
 *
 * @throws SelfInfoError `invalid_retrieval`, or the error of the inquiry that is wrong.
 */
export function checkRetrieval(
  service: Service,
  serviceId: string,
  json: unknown,
  legacyPin: string | undefined,
): Retrieval {
  let value: unknown = typeof json === 'string' ? parseJson(json) : json;
  try {
    value = upgraded(service, value, legacyPin);
    checkFields(service, serviceId, value);
  } catch (error) {
    // A getter may throw anything, so its error is hidden.
    throw isSelfInfoError(error) ? error : invalidRetrieval('retrieval');
  }
  return value as Retrieval;
}

/**
 * Returns a retrieval of the first version in the form of this one. It had neither pin nor codes:
 * the caller names the profile of that time.
 */
function upgraded(service: Service, value: unknown, legacyPin: string | undefined): unknown {
  if (typeof value !== 'object' || value === null || own(value, 'v') !== 1) return value;
  const inquiries = own(value, 'inquiries');
  if (typeof inquiries !== 'object' || inquiries === null)
    throw invalidRetrieval('retrieval.inquiries');
  if (legacyPin === undefined)
    throw new SelfInfoError('profile_unknown', { path: 'retrieval.pin' });
  checkStoredInquiries(service, inquiries);
  return { ...value, v: 2, pin: legacyPin, codes: codesOf(service, { ...inquiries }) };
}

function checkFields(service: Service, serviceId: string, value: unknown): void {
  checkObjectWith(value, 'retrieval', [
    'v',
    'id',
    'pin',
    'codes',
    'terms',
    'inquiries',
    'submittedAt',
    'expiresAt',
  ]);
  const { v, id, pin, codes, terms, inquiries, submittedAt, expiresAt } = value;
  if (v !== 2) throw invalidRetrieval('retrieval.v');
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) throw invalidRetrieval('retrieval.id');
  checkTexts([pin], 'retrieval.pin');
  checkObjectWith(terms, 'retrieval.terms', [
    'transactionId',
    'serviceId',
    'items',
    'purpose',
    'grantedAt',
    'keepUntil',
  ]);
  if (terms.serviceId !== serviceId) throw invalidRetrieval('retrieval.terms.serviceId');
  checkObjectWith(terms.purpose, 'retrieval.terms.purpose', ['id', 'text']);
  checkTexts([terms.transactionId], 'retrieval.terms.transactionId');
  checkTexts([own(terms, 'textVersion') ?? ''], 'retrieval.terms.textVersion');
  checkTexts(terms.items, 'retrieval.terms.items');
  checkTexts([terms.purpose.id, terms.purpose.text], 'retrieval.terms.purpose');
  checkInstant(submittedAt, 'retrieval.submittedAt');
  checkInstant(expiresAt, 'retrieval.expiresAt');
  checkInstant(terms.grantedAt, 'retrieval.terms.grantedAt');
  checkInstant(terms.keepUntil, 'retrieval.terms.keepUntil');
  checkStoredInquiries(service, inquiries);
  checkObjectWith(codes, 'retrieval.codes', []);
  checkTexts(Object.values(codes), 'retrieval.codes');
}

/**
 * Checks the inquiries of a retrieval. A wrong type in JSON is an invalid retrieval, not a mistake
 * of the program.
 */
function checkStoredInquiries(service: Service, inquiries: unknown): void {
  try {
    checkInquiries(service, inquiries, 'retrieval.inquiries');
  } catch (error) {
    throw isSelfInfoError(error) ? error : invalidRetrieval('retrieval.inquiries');
  }
}

function parseJson(json: string): unknown {
  if (inexactNumberAt(json) !== undefined) throw invalidRetrieval('retrieval');
  try {
    return JSON.parse(json);
  } catch {
    throw invalidRetrieval('retrieval');
  }
}

function checkObjectWith(
  value: unknown,
  path: string,
  keys: readonly string[],
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalidRetrieval(path);
  for (const key of keys) if (!Object.hasOwn(value, key)) throw invalidRetrieval(`${path}.${key}`);
}

function checkTexts(value: unknown, path: string): void {
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string'))
    throw invalidRetrieval(path);
}

function checkInstant(value: unknown, path: string): void {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw invalidRetrieval(path);
}

function invalidRetrieval(path: string): SelfInfoError {
  return new SelfInfoError('invalid_retrieval', { path });
}
