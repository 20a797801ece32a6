import { lengthBand, patternOf } from './patterns.js';

/** Words of interfaces. A name that consists of them alone says nothing about a person. */
const WORDS = new Set(
  `
  access account accepted after age alive allow amount announcement answer api application at authenticate authentication authorization
  base basic begin body branch bureau by cache category certificate check city client closed code codes condition connection consent content
  control cookie correlation count country created cross currency current cursor data date day days decision description detail details digest
  display division document done drop echo effective embedder enabled encoding end ended entry error errors etag event exception expected expire
  expired expires expiry external extra failed failure feature field fields file first fiscal flag for format found frame from function gateway
  group has hash head header headers holder holders host id identifier ids in index info information inquiry institution interface internal is
  item items ja json keep key kind language last latest length level limit link links list locale location lower main management max message
  messages meta method methods min missing mode month more municipality name names next no nonce not note notice number object of off office
  offset on open opener operation option options order organization origin output page pages parameter part partial path payload
  pending period permissions person personal point policy position powered pragma prefix previous private process processed processing profile
  protection provider public range reason received record records reference referrer refresh region registered request requested required resource
  response responses result results retry return returned row rows running scheme scope section security self sent seq sequence serial server
  service session set size sort source specification stage start started state status step strict string sub subject success suffix
  summary system tag tax text ticket time timestamp to token total trace transaction transfer transport type unit until updated upper uri url user
  valid validity value values vary version via warning web with www x xml xss year years
  `
    .trim()
    .split(/\s+/),
);

/** Returns how a name is compared regardless of case and separators. */
export function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[_.-]/g, '');
}

/** Writes the names of members so that no value that is used as a name remains. */
export type NameWriter = (name: string) => string;

/**
 * Returns a writer that keeps names that are known, or differ from a known one only in case and
 * separators, and names that consist of common words of interfaces. It replaces every other one,
 * since a map may be keyed by a name, a number or a date of a person.
 */
export function nameWriter(known: Iterable<string>): NameWriter {
  const kept = new Set([...known].map(folded));
  return (name) =>
    name !== '__proto__' && name.length <= 100 && (kept.has(folded(name)) || isPlausible(name))
      ? name
      : `{${patternOf(name)} ${lengthBand(name.length)}}`;
}

function isPlausible(name: string): boolean {
  if (!/^[A-Za-z]+(?:[_.-][A-Za-z]+)*$/.test(name)) return false;
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.length <= 8 && words.every((word) => WORDS.has(word.toLowerCase()));
}
