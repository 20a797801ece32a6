import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import { invalidResponse, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { NOT_INHERITED } from './limits.js';

/**
 * The client certificate of mutual TLS (相互認証, guideline note 8) and its private key, as PEM texts.
 */
export interface TlsCredential {
  readonly cert: string;
  readonly key: string;
}

/** The certificate that a connection presents, and the authorities that it trusts. */
export interface Identity {
  /** SHA-256 of the client certificate in base64url, as in RFC 8705; undefined without one. */
  readonly thumbprint: string | undefined;
  /** Created once, on first use: reading certificates is expensive. */
  readonly context: SecureContext;
}

// FAPI 2.0 requires those of RFC 9325, section 4.2, for TLS 1.2. TLS 1.3 has only safe ones. The
// security level requires RSA keys of 2048 bits on both sides.
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  '@SECLEVEL=2',
].join(':');
const RSA_BITS = 2_048;

/**
 * Validates a client certificate and its key.
 *
 * @throws SelfInfoError `missing_option`, `invalid_credential`, `key_certificate_mismatch`,
 * `unknown_option`; TypeError for a wrong type.
 */
export function checkCredential(tls: TlsCredential, path: string): TlsCredential {
  if (tls === undefined) throw new SelfInfoError('missing_option', { path });
  tls = readKeys(tls, path, { cert: true, key: true } satisfies Record<keyof TlsCredential, true>);
  checkText(tls.cert, `${path}.cert`);
  checkText(tls.key, `${path}.key`);
  const { cert, key } = tls;
  const certificate = readPem(
    () => new X509Certificate(cert),
    `${path}.cert`,
    'a PEM certificate',
    'PEM 形式の証明書',
  );
  const privateKey = readPem(
    () => createPrivateKey(key),
    `${path}.key`,
    'an unencrypted PEM private key',
    '暗号化されていない PEM 形式の秘密鍵',
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new SelfInfoError('key_certificate_mismatch', { path: `${path}.key` });
  if (!isStrong(certificate, { cert, key })) {
    throw new SelfInfoError('invalid_credential', {
      path: `${path}.cert`,
      expected: {
        en: 'TLS rejects it: an RSA key needs 2048 bits, and the signature needs a safe algorithm.',
        ja: 'TLS で使用できません。RSA の鍵は 2048 ビット以上、署名は安全なアルゴリズムのものに限ります。',
      },
    });
  }
  return { cert, key };
}

function isStrong({ publicKey }: X509Certificate, tls: TlsCredential): boolean {
  if ((ownBag(publicKey.asymmetricKeyDetails ?? {}).modulusLength ?? RSA_BITS) < RSA_BITS)
    return false;
  try {
    // The check trusts no authority: reading all those that Node knows takes long.
    return identityOf(tls, []).context !== undefined;
  } catch {
    return false;
  }
}

function readPem<T>(read: () => T, path: string, en: string, ja: string): T {
  try {
    return read();
  } catch {
    throw new SelfInfoError('invalid_credential', {
      path,
      expected: {
        en: `Expected the text of ${en}, not its path.`,
        ja: `${ja}の内容を文字列で指定してください（ファイルのパスは指定できません）。`,
      },
    });
  }
}

/**
 * Returns the identity of a checked credential, or one without a certificate. It trusts these
 * authorities, or else those that Node knows.
 */
export function identityOf(
  tls: TlsCredential | undefined,
  ca: readonly string[] | undefined,
): Identity {
  let context: SecureContext | undefined;
  return {
    thumbprint:
      tls && createHash('sha256').update(new X509Certificate(tls.cert).raw).digest('base64url'),
    get context() {
      context ??= createSecureContext(
        ownBag({
          ...tls,
          ...(ca && { ca: [...ca] }),
          minVersion: 'TLSv1.2' as const,
          ciphers: CIPHERS,
        }),
      );
      return context;
    },
  };
}

/**
 * Opens a connection to an origin, through a tunnel if one is given. The attempt ends after
 * `silenceMs` without a byte. The socket is returned before it is connected.
 */
export function dial(
  origin: URL,
  context: SecureContext,
  tunnel: Socket | undefined,
  silenceMs: number,
  settle: (error: Error | null, socket: Socket | null) => void,
) {
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const secure = origin.protocol === 'https:';
  const port = Number(origin.port || (secure ? 443 : 80));
  const socket: Socket = secure
    ? connect({
        ...NOT_INHERITED,
        ...(tunnel ? { socket: tunnel } : { socket: undefined, port }),
        host,
        // A server name must not be an address.
        servername: isIP(host) === 0 ? host : '',
        secureContext: context,
        rejectUnauthorized: true,
        checkServerIdentity: checkName,
        ALPNProtocols: ['http/1.1'],
      })
    : connectTcp({ ...NOT_INHERITED, host, port });
  let settled = false;
  const end = (error: Error | null) => {
    if (settled) return;
    settled = true;
    socket.setTimeout(0);
    settle(error, error ? null : socket);
  };
  socket.setNoDelay(true);
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    // Bytes before the first request cannot be a response to it.
    if (socket.readableLength === 0) return end(null);
    socket.destroy();
    end(
      invalidResponse({
        en: 'it arrived before the request.',
        ja: 'リクエストの前に応答が届きました。',
      }),
    );
  });
  socket.on('error', end);
  socket.once('close', () => end(new Error('closed')));
  return socket;
}

/**
 * Rejects a certificate without subject alternative names. Node would use its common name, which
 * RFC 9525 forbids.
 */
function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  return certificate.subjectaltname
    ? checkServerIdentity(host, certificate)
    : Object.assign(new Error('no names'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}
