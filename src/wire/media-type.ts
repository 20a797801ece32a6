const JSON_TYPE = 'application/json';
/** A parameter, which may be empty, with the semicolon before it. */
const PARAMETER = /\s*;\s*([^\s;",=]*)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;",]*))?/y;
/** UTF-8 in both spellings, or no charset. */
const UTF_8 = /^("?)(?:utf-?8)?\1$/i;

/**
 * Returns whether a Content-Type says JSON in UTF-8. Ignores empty and further parameters: nothing
 * reads them. Rejects every other charset, and two types in one header.
 */
export function isJson(contentType: string | null): boolean {
  const text = (contentType ?? '').trim();
  if (text.slice(0, JSON_TYPE.length).toLowerCase() !== JSON_TYPE) return false;
  for (let at = JSON_TYPE.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const [parameter, name = '', value = ''] = PARAMETER.exec(text) ?? [];
    if (parameter === undefined) return false;
    if (name.toLowerCase() === 'charset' && !UTF_8.test(value)) return false;
  }
  return true;
}

/** Returns the charset that a Content-Type names; undefined when it names none. */
export function charsetOf(contentType: string | null): string | undefined {
  const [, quoted, plain] =
    /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(contentType ?? '') ?? [];
  return quoted || plain || undefined;
}
