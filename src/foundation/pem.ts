import { X509Certificate } from 'node:crypto';
import { type Expected, SelfInfoError } from './errors.js';

/** One block of a PEM text (RFC 7468). */
interface Block {
  readonly label: string;
  /** What stands between its BEGIN and END lines; undefined when the END line is missing. */
  readonly body: string | undefined;
}

// OpenSSL knows the second label from earlier versions.
const CERTIFICATES = ['CERTIFICATE', 'X509 CERTIFICATE'];
// They may hold certificates, but TLS would not read them. Anything else, such as a revocation list
// or a key, has no certificate.
const UNSUPPORTED = ['TRUSTED CERTIFICATE', 'PKCS7', 'CMS'];

/**
 * Reads every certificate of PEM texts. Ignores comments and blocks without a certificate. Node
 * itself would read up to the first broken block and ignore the rest.
 *
 * @param count - how many certificates came before, for the number in the error.
 * @throws SelfInfoError `invalid_credential`, naming the block.
 */
export function readCertificates(text: string, path: string, count = 0): X509Certificate[] {
  const found: X509Certificate[] = [];
  const { blocks, rest } = split(text);
  for (const { label, body } of blocks) {
    if (UNSUPPORTED.includes(label))
      throw invalid(path, {
        en: `A block "${label}" is not supported: convert it to "CERTIFICATE" with openssl.`,
        ja: `「${label}」のブロックには対応していません。openssl で「CERTIFICATE」に変換してください。`,
      });
    if (!CERTIFICATES.includes(label)) continue;
    found.push(readCertificate(body, path, count + found.length + 1));
  }
  // A misspelt line hides a certificate.
  if (blocks.some(({ label }) => isMisspelt(label)) || MISSPELT.test(rest))
    throw invalid(path, {
      en: 'A BEGIN or END line of a certificate is not exact.',
      ja: '証明書の BEGIN または END の行が正しくありません。',
    });
  if (found.length > 0) return found;
  throw invalid(path, {
    en: 'Expected the text of a PEM certificate, not its path.',
    ja: 'PEM 形式の証明書の内容を文字列で指定してください（ファイルのパスは指定できません）。',
  });
}

/** A line that begins like a BEGIN or END line of a certificate. */
const MISSPELT = /^[ \t]*[-–—]{1,9}\s{0,9}(BEGIN|END)\s(?!OF\b).{0,64}CERTIFICATE/im;

/** Returns whether a label has blanks that hide a certificate from TLS. */
function isMisspelt(label: string): boolean {
  return label !== label.trim().replace(/ +/g, ' ') && label.includes('CERTIFICATE');
}

/** Returns what to say of a text with the characters `\n` in place of its line breaks. */
export function literalLineBreaks(text: string): Expected | undefined {
  if (!text.includes('\\n')) return undefined;
  return {
    en: 'It contains the two characters "\\n" where line breaks belong.',
    ja: '改行の位置に、改行ではなく「\\n」という2文字があります。',
  };
}

function split(text: string): { readonly blocks: readonly Block[]; readonly rest: string } {
  const blocks: Block[] = [];
  let rest = '';
  let at = 0;
  for (const begin of text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,64})-----/g)) {
    const [line, label = ''] = begin;
    // A BEGIN line in a block that is complete, as its comment.
    if (begin.index < at) continue;
    rest += `${text.slice(at, begin.index)}\n`;
    at = begin.index + line.length;
    const next = text.indexOf('-----BEGIN ', at);
    const body = text.slice(at, next < 0 ? undefined : next);
    const end = body.indexOf(`-----END ${label}-----`);
    blocks.push({ label, body: end < 0 ? undefined : body.slice(0, end) });
    at += end < 0 ? body.length : end + `-----END ${label}-----`.length;
  }
  return { blocks, rest: rest + text.slice(at) };
}

function readCertificate(body: string | undefined, path: string, number: number): X509Certificate {
  if (body === undefined)
    throw invalid(path, {
      en: `Certificate ${number} is incomplete: its END line is missing.`,
      ja: `${number}番目の証明書が途中で終わっています（END の行がありません）。`,
    });
  const base64 = body.replace(/\s/g, '');
  try {
    const der = Buffer.from(base64, 'base64');
    const certificate = new X509Certificate(der);
    // Node ignores what is not base64, and what follows the certificate.
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(base64) && certificate.raw.equals(der)) return certificate;
  } catch {
    // Reported below.
  }
  const hint = literalLineBreaks(body);
  throw invalid(path, {
    en: `Certificate ${number} cannot be read. ${hint?.en ?? ''}`.trim(),
    ja: `${number}番目の証明書を読み取れません。${hint?.ja ?? ''}`,
  });
}

function invalid(path: string, expected: Expected): SelfInfoError {
  return new SelfInfoError('invalid_credential', { path, expected });
}
