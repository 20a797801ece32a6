import type { Passage } from './passages.js';

/** Returns whether a passage holds a date or an hour, or something that looks like one. */
function isDated(passage: Passage): boolean {
  return passage.tokens.some((token) => token.kind !== 'vague');
}

const MARKED = /^[■□◆◇●○◎▼▽★☆◯▶▷►【#<]/;
const LABEL =
  /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] ?)?(?:停止|休止|メンテナンス|作業|実施|計画|影響|対象|利用|不可|できない|発生|障害|復旧|予定|該当|サービス|システム){0,4}(?:の|となる|する)?(?:期間|日時|時間|日程|予定|範囲|対象|サービス|システム名?|機能|内容|理由|原因|備考|連絡先|お?問い?合わ?せ先?)(?!\p{L})/u;
const TITLE = /(?:お知らせ|について|ご案内|情報|お詫び)(?:\([^)]{0,20}\))? ?$/;
const LONGEST_TITLE = 80;

/** Splits a text into sections, one a notice. A section starts with its heading. */
export function splitSections(passages: readonly Passage[]): Passage[][] {
  const sections: Passage[][] = [];
  let onlyHeadings = false;
  for (const [index, passage] of passages.entries()) {
    const heading = isHeading(passage, passages[index - 1]);
    // A heading directly below another one belongs to it.
    if (sections.length === 0 || (heading && !onlyHeadings)) sections.push([]);
    sections.at(-1)?.push(passage);
    onlyHeadings = heading;
  }
  return sections;
}

function isHeading(passage: Passage, before: Passage | undefined): boolean {
  if (passage.plain.length > LONGEST_TITLE || LABEL.test(passage.plain)) return false;
  const named = passage.systems.known.size > 0 || passage.systems.unknown;
  if (MARKED.test(passage.plain)) return passage.mentionsOutage || named || !isDated(passage);
  return (
    TITLE.test(passage.plain) &&
    !isDated(passage) &&
    (before === undefined || before.block !== passage.block || isDated(before))
  );
}
