/** Returns a hash of 16 hexadecimal digits, the same for the same text on every machine. */
export function fingerprint(text: string): string {
  const half = (seed: number): string => {
    // FNV-1a over UTF-16, with a final mix so that similar texts differ in every digit.
    let hash = seed;
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
  };
  return half(0x811c9dc5) + half(0x9747b28c);
}
