import type { Names } from './names.js';
import { unexplained } from './ordinary.js';
import type { Passage } from './passages.js';
import { isTargetLabel } from './phrases.js';
import { isLabelAlone, type LabelValue, labelledValue } from './scope-labels.js';
import { parseScope, saysPart } from './scope-words.js';
import { namesAny } from './systems.js';

/** A notice: its passages, and the API under whose heading it stands. */
export interface Section {
  readonly passages: Passage[];
  /** The heading that names an API, here or above; omitted if there is none. */
  readonly api?: Passage;
  /** Whether its heading is only the name of an API. */
  readonly headedByApi: boolean;
  /** Whether it only continues what stands under the heading of an API above. */
  readonly inherits: boolean;
}

/** Returns whether a passage holds a date or an hour, or something that looks like one. */
function isDated(passage: Passage): boolean {
  return passage.tokens.some((token) => token.kind !== 'vague');
}

const MARKED = /^[■□◆◇●○◎▼▽★☆◯▶▷►【#<]/;
const LABEL =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:停止|休止|メンテナンス|作業|実施|計画|影響|対象|利用|不可|できない|発生|障害|復旧|予定|該当|サービス|システム){0,4}(?:の|となる|する)?(?:期間|日時|時間|日程|予定|範囲|対象|サービス|システム名?|機能|内容|理由|原因|備考|連絡先|お?問い?合わ?せ先?)(?!\p{L})/u;
const TITLE = /(?:お知らせ|について|ご案内|情報|お詫び)(?:\([^)]{0,20}\))? ?$/;
const LONE_BRACKET = /^[【<][^【】<>]*[】>]$/;
const LONE_LINE = /^(?:[【<][^【】<>]*[】>]|[■□◆◇●○◎▼▽★☆◯▶▷►][^。:]{1,30})$/;
const LONGEST_TITLE = 80;
const API_NAME =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:マイナポータル(?:の| )?)?(?:[^\s、。:はがを]{1,30}API|民間送達サービス|法人設立[^\s、。:はがを]{0,20}|社会保険・税[^\s、。:はがを]{0,20})(?:\([^()]*\))? ?(?:(?:の|に関する)?(?:計画|定期|臨時)?(?:停止|メンテナンス|障害|お知らせ|予定|情報|期間|・)*(?:について)?)?[^\p{L}\p{N}]*$/iu;

/** Splits a text into sections, one a notice. A section starts with its heading. */
export function splitSections(
  passages: readonly Passage[],
  names: Names,
  values: ReadonlyMap<Passage, LabelValue>,
): Section[] {
  const sections: Section[] = [];
  let onlyHeadings = false;
  for (const [index, passage] of passages.entries()) {
    const before = passages[index - 1];
    const byApi = isApiHeading(passage, before);
    const heading =
      byApi ||
      (!values.has(passage) &&
        !isLoneScope(passage, before, passages[index + 1], names) &&
        isHeading(passage, before, names));
    const last = sections.at(-1);
    // A heading directly below another one belongs to it.
    if (!last || (heading && (!onlyHeadings || (byApi && last.headedByApi)))) {
      const api = byApi ? passage : apiAbove(passage, last?.api);
      sections.push({
        passages: [passage],
        ...(api && { api }),
        headedByApi: byApi,
        inherits: api !== undefined && !byApi,
      });
    } else {
      last.passages.push(passage);
      if (byApi) sections[sections.length - 1] = { ...last, api: passage, inherits: false };
    }
    onlyHeadings = heading;
  }
  return sections;
}

/** Headings of another rank, and dated lines, stay under the API above. */
function apiAbove(passage: Passage, api: Passage | undefined): Passage | undefined {
  if (!api || namesAny(passage.systems)) return undefined;
  return isDated(passage) || rank(passage) !== rank(api) ? api : undefined;
}

const rank = ({ plain }: Passage): string => MARKED.exec(plain)?.[0] ?? '';

function isApiHeading(passage: Passage, before: Passage | undefined): boolean {
  if (isDated(passage) || passage.plain.length > LONGEST_TITLE) return false;
  if (!namesAny(passage.systems) || !API_NAME.test(passage.plain)) return false;
  return !isTargetLabel(passage) && !(before && isTargetLabel(before) && !namesAny(before.systems));
}

// 情報 alone is the name of a page.
const isScopeLabel = (passage: Passage): boolean =>
  labelledValue(passage) !== undefined ||
  (isLabelAlone(passage.plain) && !/^[^\p{L}]*情報[^\p{L}]*$/u.test(passage.plain));

/** 【ぺけぺけ】 or ■ぺけぺけ with nothing below it is no heading. */
function isLoneScope(
  passage: Passage,
  before: Passage | undefined,
  next: Passage | undefined,
  names: Names,
): boolean {
  if (!before || !LONE_LINE.test(passage.plain) || namesAny(passage.systems)) return false;
  if (next && (next.block === passage.block || isDated(next))) return false;
  return !passage.mentionsOutage && unexplained(passage.marked, names) !== undefined;
}

function isHeading(passage: Passage, before: Passage | undefined, names: Names): boolean {
  if (passage.plain.length > LONGEST_TITLE || LABEL.test(passage.plain)) return false;
  if (isScopeLabel(passage)) return false;
  // 【中止】 or a scope below a period belongs to it.
  if (before && isDated(before)) {
    const bracket = LONE_BRACKET.test(passage.plain);
    if (bracket && (before.block === passage.block || saysPart(passage.plain)))
      return passage.systems.known.size > 0;
    const { targets, unknown, outside } = parseScope(passage.plain, names);
    if (!unknown && (targets.length > 0 || outside)) return false;
  }
  if (MARKED.test(passage.plain))
    return passage.mentionsOutage || namesAny(passage.systems) || !isDated(passage);
  return (
    TITLE.test(passage.plain) &&
    !isDated(passage) &&
    (before === undefined || before.block !== passage.block || isDated(before))
  );
}
