import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '../foundation/clock.js';
import { type Expected, invalidResponse, SelfInfoError } from '../foundation/errors.js';
import { checkText, readKeys } from '../foundation/options.js';
import { ownBag } from '../foundation/own.js';
import { literalLineBreaks, readCertificates } from '../foundation/pem.js';
import { formatInstant } from '../foundation/time.js';
import { NOT_INHERITED } from './limits.js';
import { closed, ofNetwork } from './network-errors.js';
import { handshakeReason, isBlocked } from './reasons.js';
import { checkServer, isStrong } from './server-identity.js';

/**
 * The client certificate of mutual TLS (相互認証, guideline note 8) and its private key, as PEM texts.
 */
export interface TlsCredential {
  /** The client's own certificate. Intermediate certificates may follow it. */
  readonly cert: string;
  /** Unencrypted. */
  readonly key: string;
  /**
   * Accepts a certificate that has expired or is not yet valid. The server decides. Default: such a
   * certificate is refused, by the client's clock.
   */
  readonly allowCertificateOutsideItsValidityPeriod?: boolean;
}

/** The certificate that connections present. */
export interface Identity {
  /** SHA-256 of the client certificate in base64url, as in RFC 8705; undefined without one. */
  readonly thumbprint: string | undefined;
  /**
   * Returns the TLS settings for a host whose certificate one of these authorities issued. Default:
   * those that Node knows. Created once, on first use: reading certificates is expensive.
   */
  contextFor(ca: readonly string[] | undefined): SecureContext;
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
  // BoringSSL, the TLS of Bun, has no levels. There checkServer judges the server's key.
  ...(process.versions.boringssl === undefined ? ['@SECLEVEL=2'] : []),
].join(':');

/**
 * Validates a client certificate and its key.
 *
 * @throws SelfInfoError `missing_option`, `invalid_credential`, `key_certificate_mismatch`,
 * `unknown_option`, `unsupported_runtime`; TypeError for a wrong type.
 */
export function checkCredential(tls: TlsCredential, path: string, clock: Clock): TlsCredential {
  if (tls === undefined) throw new SelfInfoError('missing_option', { path });
  tls = readKeys(tls, path, {
    cert: true,
    key: true,
    allowCertificateOutsideItsValidityPeriod: true,
  } satisfies Record<keyof TlsCredential, true>);
  checkText(tls.cert, `${path}.cert`);
  checkText(tls.key, `${path}.key`);
  const { key, allowCertificateOutsideItsValidityPeriod: anyTime = false } = tls;
  if (typeof anyTime !== 'boolean')
    throw new TypeError(`${path}.allowCertificateOutsideItsValidityPeriod must be true or false.`);
  const chain = readCertificates(tls.cert, `${path}.cert`);
  const [certificate] = chain as [X509Certificate, ...X509Certificate[]];
  const privateKey = readKey(key, `${path}.key`);
  if (!certificate.checkPrivateKey(privateKey)) throw mismatch(chain, privateKey, path);
  if (!anyTime) checkValidity(certificate, `${path}.cert`, clock);
  const cert = chain.map((read) => read.toString()).join('');
  checkStrength(certificate, { cert, key }, `${path}.cert`);
  return { cert, key };
}

function invalidCertificate(path: string, expected: Expected): SelfInfoError {
  return new SelfInfoError('invalid_credential', { path, expected });
}

/** Returns the error for a key that is not that of the first certificate. */
function mismatch(chain: readonly X509Certificate[], key: KeyObject, path: string): SelfInfoError {
  const own = chain.findIndex((certificate) => certificate.checkPrivateKey(key)) + 1;
  if (own === 0) return new SelfInfoError('key_certificate_mismatch', { path: `${path}.key` });
  return invalidCertificate(`${path}.cert`, {
    en: `Put the client's own certificate first. It is certificate ${own}.`,
    ja: `クライアント自身の証明書を先頭に置いてください（現在は${own}番目です）。`,
  });
}

/** Clocks differ a little, and an authority may issue a certificate just before its first use. */
const SKEW_MS = 300_000;

/**
 * Refuses a certificate outside its validity. A clock without a time fails at the first call.
 *
 * @throws SelfInfoError `invalid_credential`.
 */
export function checkValidity(
  { validFrom, validTo }: X509Certificate,
  path: string,
  clock: Clock,
): void {
  let now: number;
  try {
    now = clock.now();
  } catch {
    return;
  }
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (now > to)
    throw invalidCertificate(path, {
      en: `It expired at ${formatInstant(to)}.`,
      ja: `有効期間が ${formatInstant(to)} に終了しています。`,
    });
  if (now < from - SKEW_MS)
    throw invalidCertificate(path, {
      en: `It is not valid before ${formatInstant(from)}.`,
      ja: `有効期間の開始（${formatInstant(from)}）より前です。`,
    });
}

function checkStrength(certificate: X509Certificate, tls: TlsCredential, path: string): void {
  const weak = () =>
    invalidCertificate(path, {
      en: 'TLS rejects it: an RSA key needs at least 2048 bits, and the signature a safe algorithm.',
      ja: 'TLS で使用できません。RSA の鍵は 2048 ビット以上、署名は安全なアルゴリズムのものに限ります。',
    });
  if (!isStrong(certificate)) throw weak();
  try {
    // The check trusts no authority: reading all those that Node knows takes long.
    identityOf(tls).contextFor([]);
  } catch {
    // Without the certificate only the settings are left.
    checkRuntime();
    throw weak();
  }
}

/**
 * Checks that the runtime has the TLS that connections need.
 *
 * @throws SelfInfoError `unsupported_runtime`.
 */
export function checkRuntime(): void {
  try {
    identityOf(undefined).contextFor([]);
  } catch {
    const { bun, deno, node } = process.versions;
    throw new SelfInfoError('unsupported_runtime', {
      path: bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node.js ${node}`,
      expected: {
        en: 'Its TLS lacks the cipher suites, or the security level, of this package. Run the client on Node.js.',
        ja: 'TLS が、このパッケージの暗号スイートまたはセキュリティレベルに対応していません。クライアントは Node.js で実行してください。',
      },
    });
  }
}

function readKey(text: string, path: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // Node's message may quote the key.
    throw new SelfInfoError('invalid_credential', {
      path,
      expected: literalLineBreaks(text) ?? {
        en: 'Expected the text of an unencrypted PEM private key, not its path.',
        ja: '暗号化されていない PEM 形式の秘密鍵の内容を文字列で指定してください（ファイルのパスは指定できません）。',
      },
    });
  }
}

/** Returns the identity of a checked credential, or one without a certificate. */
export function identityOf(tls: TlsCredential | undefined): Identity {
  const contexts = new Map<readonly string[] | undefined, SecureContext>();
  return {
    thumbprint:
      tls && createHash('sha256').update(new X509Certificate(tls.cert).raw).digest('base64url'),
    contextFor(ca) {
      const context =
        contexts.get(ca) ??
        createSecureContext(
          ownBag({
            ...tls,
            ...(ca && { ca: [...ca] }),
            minVersion: 'TLSv1.2' as const,
            ciphers: CIPHERS,
          }),
        );
      contexts.set(ca, context);
      return context;
    },
  };
}

/** What becomes of a connection attempt, and of the connection that it leads to. */
export interface DialEvents {
  /** Receives how the attempt ended, once. */
  readonly settle: (error: Error | null, socket: Socket | null) => void;
  /** Receives an error of the open connection, and whether data of the server came before it. */
  readonly fail: (error: Error, answered: boolean) => void;
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
  { settle, fail }: DialEvents,
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
        checkServerIdentity: checkServer,
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
  socket.setTimeout(silenceMs, () => socket.destroy(closed('timed_out')));
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
  socket.on('error', (error) => {
    ofNetwork(error, secure ? handshakeReason(error, socket as TLSSocket) : undefined);
    if (!settled) return end(secure && isBlocked(error, socket as TLSSocket) ? closed() : error);
    // Under TLS 1.3 the alert of a server that rejects the client certificate arrives here. Node
    // leaves the socket open if the server does.
    fail(error, socket.bytesRead > 0);
    socket.destroy();
  });
  socket.once('close', () => end(closed()));
  return socket;
}
