import { describe, expect, it } from 'vitest';
import { latest } from '../../src/index.js';
import { termsOf } from '../../src/oauth/terms.js';
import { checkInquiries } from '../../src/query/inquiries.js';
import { checkRetrieval, createRetrieval } from '../../src/query/retrieval.js';
import type { Service } from '../../src/service/service.js';
import { CLIENT_ID, loan } from '../kit/loan.js';

/** The loan, and how often its items were looked up. */
function countLookups() {
  let lookups = 0;
  const service = new Proxy<Service>(loan, {
    get(target, key, receiver) {
      if (key === 'items') lookups++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { service, lookups: () => lookups };
}

const create = (service: Service) =>
  createRetrieval(service, {
    id: '0f0e0d0c-0b0a-4908-8706-050403020100',
    terms: termsOf(loan, CLIENT_ID, 'transaction', Date.parse('2026-12-01T10:00:00+09:00')),
    inquiries: checkInquiries(service, latest(), 'inquiries'),
    submittedAt: '2026-12-01T10:00:00+09:00',
    expiresAt: '2026-12-02T10:00:00+09:00',
  });

describe('checkRetrieval', () => {
  it('returns a retrieval that it created for this service without validating it again', () => {
    const { service, lookups } = countLookups();
    const retrieval = create(service);
    const before = lookups();
    expect(checkRetrieval(service, CLIENT_ID, retrieval)).toBe(retrieval);
    expect(lookups()).toBe(before);
  });

  it('validates a copy of it, and its JSON text', () => {
    const { service, lookups } = countLookups();
    const retrieval = create(service);
    for (const copy of [{ ...retrieval }, JSON.stringify(retrieval)]) {
      const before = lookups();
      expect(checkRetrieval(service, CLIENT_ID, copy)).toEqual(retrieval);
      expect(lookups()).toBeGreaterThan(before);
    }
  });

  it('validates it for another service, and refuses it for another client', () => {
    const { service, lookups } = countLookups();
    const retrieval = create(loan);
    expect(checkRetrieval(service, CLIENT_ID, retrieval)).toBe(retrieval);
    expect(lookups()).toBeGreaterThan(0);
    expect(() => checkRetrieval(loan, 'SP00000000_XX0000', retrieval)).toThrow(
      expect.objectContaining({ code: 'invalid_retrieval', path: 'retrieval.terms.serviceId' }),
    );
  });

  it('creates nothing that can be changed', () => {
    const { terms, inquiries, ...rest } = create(loan);
    expect(Object.keys(rest)).toEqual(['v', 'id', 'submittedAt', 'expiresAt']);
    expect([create(loan), terms, terms.items, terms.purpose, inquiries]).toSatisfy(
      (parts: readonly object[]) => parts.every(Object.isFrozen),
    );
    expect(Object.values(inquiries).every(Object.isFrozen)).toBe(true);
  });
});
