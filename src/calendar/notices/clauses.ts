import { hasPredicate } from './evidence.js';
import { saysPart } from './scope-words.js';

/** Part of a passage that says one thing, in the passage's normalised text. */
export interface Clause {
  readonly from: number;
  readonly to: number;
}

/** A period's place in a passage. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** A time, and a period, where the words around them are read. */
export const TIME = '\uE001';
export const PERIOD = '\uE002';

/** The words of a clause and those in its brackets. */
export interface Words {
  readonly bare: string;
  /** In the order of the text, each with what stands in front of it. */
  readonly brackets: readonly Bracket[];
}

/** The words in brackets. */
export interface Bracket {
  readonly text: string;
  /** Whether it stands after the first period of the clause. */
  readonly after: boolean;
}

// A clause that only introduces the next one: メンテナンスのため、…
const SUBORDINATE =
  /(?:ため|為|により|によって|による|に伴い|に伴って|にともない|につき|ので|において|にて|の間|期間|期間中|時間|日時|日程|を|は|には|では|も|に|で|より|から|まで|以下のとおり|次のとおり|下記のとおり|(?<!通常|平常|平時|普段|従来)(?:通り|どおり))[\s\uE001\uE002]*$/u;
// Far enough back for a predicate, and short enough for a line of nothing but commas.
const LOOK_BACK = 200;
const NEXT = /^ ?(?:なお|ただし|但し|一方|また|他方)/;
// Where a clause may end. ただし needs no comma.
const SEPARATORS =
  /[()[\]【】〔〕<>、,;]| (?=なお|ただし|但し|一方|※)|(?<=[^\s、,;([【〔<])(?=ただし|但し)/g;
const LIST = /^[\s、,・/&]*(?:(?:及び|および|並びに|ならびに|と|かつ)[\s、,]*)?$/;

/**
 * Splits a passage into clauses.
 *
 * @param marked - its text with \uE001 for times and \uE002 for periods, of the same length.
 * @param periods - its periods, in order.
 */
export function splitClauses(marked: string, periods: readonly Place[]): Clause[] {
  const cuts = new Set<number>(commaCuts(marked));
  for (const [index, next] of periods.entries()) {
    const before = periods[index - 1];
    if (before && next.from > before.to) {
      const cut = cutBetween(marked, before.to, next.from, cuts);
      if (cut !== undefined) cuts.add(cut);
    }
  }
  const ends = [...cuts].sort((a, b) => a - b).filter((cut) => cut < marked.length);
  return [...ends, marked.length].map((to, index) => ({ from: ends[index - 1] ?? 0, to }));
}

function commaCuts(marked: string): number[] {
  const cuts: number[] = [];
  let last = 0;
  let depth = 0;
  for (const { 0: char, index } of marked.matchAll(SEPARATORS)) {
    const end = index + char.length;
    if (char !== '' && '([【〔<'.includes(char)) depth++;
    else if (char !== '' && ')]】〕>'.includes(char)) depth = Math.max(0, depth - 1);
    else if (depth === 0) {
      const from = Math.max(last, index - LOOK_BACK);
      // A cell of a table says one thing.
      const left = marked.slice(from, index).split('|').at(-1) as string;
      const right = marked.slice(end, end + LOOK_BACK);
      const ends = NEXT.test(right);
      // 停止 番号31、87 is one list, and 停止、年金のみ one clause.
      if (/(?:番号|項番)[^ ]*\d[,、]?$/.test(left) && /^ ?\d{1,3}(?!\d)/.test(right)) continue;
      if (!ends && isScopeAlone(/^[^、,;]*/.exec(right)?.[0] as string)) continue;
      if (ends || (!SUBORDINATE.test(left) && hasPredicate(left))) {
        cuts.push(end);
        last = end;
      }
    }
  }
  return cuts;
}

function isScopeAlone(words: string): boolean {
  return saysPart(words) && !/[\uE001\uE002]/.test(words) && !hasPredicate(words);
}

/** Returns where the words between two periods part, or undefined if they are a list. */
function cutBetween(
  marked: string,
  from: number,
  to: number,
  cuts: ReadonlySet<number>,
): number | undefined {
  const middle = marked.slice(from, to);
  if (LIST.test(middle)) return undefined;
  for (let at = from + 1; at < to; at++) if (cuts.has(at)) return undefined;
  const text = middle.trimEnd();
  const open = Math.max(text.lastIndexOf('('), text.lastIndexOf('['), text.lastIndexOf('【'));
  const closed = Math.max(text.lastIndexOf(')'), text.lastIndexOf(']'), text.lastIndexOf('】'));
  // The next period stands in brackets, if they end at all.
  if (open > closed && /[)\]】]/.test(marked.slice(to, to + LOOK_BACK))) return from + open;
  const separator = Math.max(...[...'、,;/| ・)]】'].map((char) => text.lastIndexOf(char)));
  const tail = text.slice(separator + 1);
  return separator < 0 || (hasPredicate(tail) && !/[:はがの]$/.test(tail))
    ? from + text.length
    : from + separator + 1;
}

const BRACKETS =
  /\(([^()]*)\)|\[([^[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕|<([^<>]*)>|「([^「」]*)」|『([^『』]*)』|"([^"]*)"/g;

// A bracket that nothing closes, or that another kind closes, or that nothing opens.
const HALF_OPEN =
  /[([【〔<「『]([^()[\]【】〔〕<>「」『』]*)(?:[)\]】〕>」』]|$)|(?<=^|[\s\uE002、,])([^\s、,()[\]【】〔〕<>「」『』\uE002]+)[)\]】〕」』]/g;

/** Separates the words in brackets. Brackets around a period are no brackets. */
export function splitBrackets(clause: string): Words {
  const brackets: Bracket[] = [];
  let bare = clause;
  // A bracket may hold another one, but not many.
  for (let depth = 0; depth < 3; depth++) {
    const period = bare.indexOf(PERIOD);
    const next = bare.replace(BRACKETS, (whole, ...groups) => {
      const text = (groups.slice(0, 8).find((group) => group !== undefined) ?? '') as string;
      const at = groups.at(-2) as number;
      // 「マイナポータル」は… is a name, 停止「公金受取口座」 is a scope.
      const ends =
        period >= 0 &&
        at > period &&
        /^(?:[\s。、,(]|$)/.test(bare.slice(at + whole.length, at + whole.length + 1));
      if ('「『"'.includes(whole[0] as string) && !ends) return ` ${text} `;
      if (text.includes(PERIOD)) return ` ${text} `;
      if (text.trim() !== '') brackets.push({ text: text.trim(), after: at > period });
      return ' ';
    });
    if (next === bare) break;
    bare = next;
  }
  bare = bare.replace(HALF_OPEN, (_, opened?: string, closed?: string) => {
    const text = opened ?? closed ?? '';
    if (text.includes(PERIOD)) return ` ${text} `;
    if (text.trim() !== '') brackets.push({ text: text.trim(), after: true });
    return ' ';
  });
  return { bare: bare.replace(/\uE002+/g, PERIOD).replace(/\uE001+/g, TIME), brackets };
}
