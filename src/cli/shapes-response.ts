import type { ShapeMessage } from '../shapes/recorder.js';

/**
 * Reads a response: the output of `curl -i`, or a body alone.
 *
 * @param status - the status of a body alone, and `type` its Content-Type.
 */
export function parseResponse(
  bytes: Buffer,
  status: number,
  type = 'application/json',
): Omit<ShapeMessage, 'step'> {
  let head: Omit<ShapeMessage, 'step' | 'body'> = { status, headers: { 'content-type': type } };
  let body = bytes;
  // curl prints the heads of a proxy and of interim responses, too.
  for (let next = headOf(body); next; next = headOf(body)) {
    head = next.head;
    body = body.subarray(next.end);
  }
  // curl prints a body after it has undone `Transfer-Encoding`, but not `Content-Encoding`.
  return { ...head, body };
}

function headOf(bytes: Buffer) {
  const text = bytes.subarray(0, 65_536).toString('latin1');
  const [whole, status, lines = ''] =
    /^HTTP\/[\d.]+ (\d{3})[^\r\n]*((?:\r?\n[^\r\n]+)*)\r?\n\r?\n/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines.split(/\r?\n/)) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    if (at <= 0) continue;
    const value = line.slice(at + 1).trim();
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return { head: { status: Number(status), headers }, end: whole.length };
}
