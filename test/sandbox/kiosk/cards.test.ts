import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/foundation/clock.js';
import {
  type CardCondition,
  createCardIssuer,
  issueCard,
  validateCertificate,
} from '../../../src/sandbox/kiosk/cards.js';
import { checkPersonas } from '../../../src/sandbox/personas/persona.js';
import { Problems } from '../../../src/sandbox/problems.js';

const clock = createVirtualClock('2026-12-01T10:00:00+09:00');
const persona = { id: 'hanako', name: '番号 花子', pin: '1234', records: {} };
const personas = checkPersonas([persona], 'personas', new Problems());
const issuer = createCardIssuer({ personas, clock });
const challenge = Buffer.from('challenge');

describe('a card of the sandbox kiosk', () => {
  it('signs by the key of its certificate', () => {
    const card = issueCard(issuer, 'hanako');
    const content = validateCertificate(issuer, card.read().certificate);
    const signed = card.sign(challenge, '1234');
    if (typeof content === 'string' || signed.status !== 'signed') throw new Error('not signed');
    expect(content).toMatchObject({ persona: 'hanako' });
    const der = Buffer.from(content.key, 'base64');
    const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    expect(verify(null, challenge, key, signed.signature)).toBe(true);
  });

  it('locks after three wrong PINs in a row, and not before', () => {
    const card = issueCard(issuer, 'hanako');
    const statuses = ['0000', '0000', '1234', '0000', '0000', '0000', '1234'].map(
      (pin) => card.sign(challenge, pin).status,
    );
    expect(statuses).toEqual([
      ...['wrong-pin', 'wrong-pin', 'signed', 'wrong-pin', 'wrong-pin', 'locked', 'locked'],
    ]);
    expect(card.read().triesLeft).toBe(0);
  });

  it('is refused for an unknown persona or condition', () => {
    expect(() => issueCard(issuer, 'taro')).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'persona' }),
    );
    expect(() => issueCard(issuer, 'hanako', 'lost' as CardCondition)).toThrow(
      expect.objectContaining({ code: 'invalid_option', path: 'condition' }),
    );
  });
});

describe('a certificate of the sandbox kiosk', () => {
  it.each(['expired', 'revoked'] as const)('is refused as %s', (condition) => {
    const { certificate } = issueCard(issuer, 'hanako', condition).read();
    expect(validateCertificate(issuer, certificate)).toBe(condition);
  });

  it('is not accepted from another issuer or with another content', () => {
    const other = createCardIssuer({ personas, clock });
    const { certificate } = issueCard(issuer, 'hanako').read();
    expect(validateCertificate(other, certificate)).toBe('not-accepted');
    certificate[0] = (certificate[0] ?? 0) ^ 1;
    expect(validateCertificate(issuer, certificate)).toBe('not-accepted');
  });
});
