/** The media types that a recording names. */
export const TYPES: readonly string[] = [
  ...['application/json', 'application/problem+json', 'application/xml', 'application/soap+xml'],
  ...['application/jose', 'application/jwt', 'application/octet-stream', 'multipart/mixed'],
  ...['application/x-www-form-urlencoded', 'text/xml', 'text/html', 'text/plain', 'text/csv'],
  ...['text/json', 'other', 'none'],
];
/** The charsets that a recording names. */
export const CHARSETS: readonly string[] = [
  ...['utf-8', 'utf8', 'us-ascii', 'iso-8859-1', 'iso-2022-jp', 'shift_jis', 'windows-31j'],
  ...['euc-jp', 'utf-16', 'other', 'none'],
];
/** The content codings that a recording names. */
export const CODINGS: readonly string[] = ['identity', 'gzip', 'deflate', 'br', 'other'];
