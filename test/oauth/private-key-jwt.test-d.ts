import type { KeyObject, webcrypto } from 'node:crypto';
import { describe, expectTypeOf, it } from 'vitest';
import type { PrivateKeyJwtOptions } from '../../src/index.js';

type Key = NonNullable<PrivateKeyJwtOptions['key']>;

describe('the key of privateKeyJwt', () => {
  it("is the text of a PEM or Node's KeyObject", () => {
    expectTypeOf<string>().toExtend<Key>();
    expectTypeOf<KeyObject>().toExtend<Key>();
  });

  it('is no CryptoKey, which is refused at run time', () => {
    expectTypeOf<webcrypto.CryptoKey>().not.toExtend<Key>();
  });
});
