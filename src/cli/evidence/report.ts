import type { Texts } from '../arguments.js';
import type { Case } from './cases.js';
import type { Finding } from './checks.js';

/** A case and its result. */
export interface Played {
  readonly case: Case;
  readonly result: Finding['result'] | 'skipped';
  /** Why it was not played. */
  readonly skipped?: string;
  readonly findings: readonly Finding[];
  /** The steps, masked. */
  readonly trace: readonly string[];
}

/** Everything that a report says. */
export interface Report {
  /** When it was written: ISO 8601 at +09:00. */
  readonly at: string;
  readonly tool: string;
  readonly provider: string;
  readonly tester: string;
  readonly service: string;
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly items: readonly string[];
  readonly start: string;
  readonly sandbox: string;
  /** The time of the sandbox at the start of the run. */
  readonly sandboxAt: string;
  readonly played: readonly Played[];
}

/** The results, in words. */
export const resultNames: Readonly<Record<Played['result'], Texts>> = {
  passed: { ja: '適合', en: 'passed' },
  failed: { ja: '不適合', en: 'failed' },
  open: { ja: '要確認', en: 'to be looked at' },
  skipped: { ja: '未実施', en: 'not played' },
};
const marks = { passed: '○', failed: '×', open: '△', skipped: '－' } as const;

const TITLE = '自己情報取得 動作確認結果';
const LIMITS = [
  'この結果は、公開情報だけから作られた模擬環境（myna-selfinfo サンドボックス）に対するもので、デジタル庁の接続試験（A-12）に代わるものではない。',
  '通信の項目名と値は仮のもので、利用者とその情報はすべて架空。認可コード、トークン、Cookie、個人の情報は記載しない（■ または … で示す）。',
  '接続試験完了報告書（A-13）の参考資料とすることを想定しているが、添付の可否はデジタル庁に確認する。本番環境の事前動作確認（A-18）は、すべて人が行う。',
] as const;
const BY_HAND = 'テストカードで人が確認すること';
const PRODUCTION = '本番環境の事前動作確認（A-18）で人が確認すること';
const SIGNED = '確認日：＿＿＿＿＿＿　確認者：＿＿＿＿＿＿';

function factsOf(report: Report): readonly (readonly [string, string])[] {
  return [
    ['作成日時', `${report.at.slice(0, 16).replace('T', ' ')}（日本時間）`],
    ['事業者', report.provider],
    ['サービス', report.service],
    ['サービスID', report.clientId],
    ['リダイレクトURI', report.redirectUris.join('、')],
    ['照会する項目', report.items.join('、')],
    ['開始画面', report.start],
    [
      '模擬環境',
      `${report.sandbox}（模擬環境の時刻: ${report.sandboxAt.slice(0, 16).replace('T', ' ')}）`,
    ],
    ['ツール', `myna-selfinfo ${report.tool} evidence`],
    ['実施者', report.tester],
  ];
}

/** Counts the results, in words. */
export function countOf({ played }: Pick<Report, 'played'>, lang: keyof Texts): string {
  const results = Object.entries(resultNames).flatMap(([result, names]) => {
    const count = played.filter((one) => one.result === result).length;
    return count === 0 ? [] : [`${names[lang]} ${count}`];
  });
  return results.join(lang === 'ja' ? '、' : ', ');
}

/** Writes a report in Markdown. */
export function toMarkdown(report: Report): string {
  const cell = (text: string) => text.replaceAll(/[\\`*_<>[\]|~]/g, '\\$&').replaceAll('\n', ' ');
  const row = (...cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const sections = report.played.map((one, index) => {
    const { title, reason, sections, expected, byHand } = one.case;
    return [
      `## ${index + 1}. ${cell(title.ja)}（${resultNames[one.result].ja}）`,
      `- ガイドライン: ${cell(sections)}\n- 確認の観点: ${cell(reason)}\n- 期待する結果: ${cell(expected)}`,
      one.skipped === undefined
        ? [
            '確認結果:',
            one.findings
              .map(({ result, text }) => `- ${marks[result]} ${cell(text.ja)}`)
              .join('\n'),
            '操作と通信の記録:',
            one.trace.map((step) => `1. ${cell(step)}`).join('\n'),
          ].join('\n\n')
        : `実施しない理由: ${cell(one.skipped)}`,
      `${BY_HAND}:\n\n- [ ] ${cell(byHand)} ${SIGNED}`,
    ].join('\n\n');
  });
  const parts = [
    `# ${TITLE}`,
    ['| | |', '|---|---|', ...factsOf(report).map(([name, value]) => row(name, value))].join('\n'),
    LIMITS.map((limit) => `> ${limit}`).join('\n>\n'),
    `結果: ${countOf(report, 'ja')}（○ 適合、× 不適合、△ 要確認（人による確認が必要）、－ 未実施）`,
    [
      '| 番号 | ケース | 期待する結果 | 結果 |',
      '|---|---|---|---|',
      ...report.played.map((one, index) =>
        row(
          String(index + 1),
          one.case.title.ja,
          one.case.expected,
          `${marks[one.result]} ${resultNames[one.result].ja}`,
        ),
      ),
    ].join('\n'),
    ...sections,
    `## ${PRODUCTION}`,
    inProduction(report)
      .map(([title, text]) => `- [ ] ${cell(`${title}: ${text}`)} ${SIGNED}`)
      .join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function inProduction({ played }: Report): readonly (readonly [string, string])[] {
  return played.flatMap(({ case: { title, inProduction: text } }) =>
    text === undefined ? [] : [[title.ja, text] as const],
  );
}

const STYLE = `@page{size:A4;margin:16mm 14mm}*{box-sizing:border-box}
body{font:15px/1.7 "Hiragino Sans","Noto Sans CJK JP","Noto Sans JP",Meiryo,sans-serif;color:#111;max-width:52rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;border-bottom:3px solid #234;margin:0 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-left:.4rem solid #234;padding-left:.6rem;break-after:avoid}
h3{font-size:.95rem;margin:.8rem 0 .2rem;break-after:avoid}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #99a;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#eef1f5;font-weight:600;white-space:nowrap}tr{break-inside:avoid}thead{display:table-header-group}
.facts th{width:9rem}.result{white-space:nowrap;font-weight:700}.failed{color:#a00}.passed{color:#064}.open{color:#740}.skipped{color:#555}
ul,ol{margin:.2rem 0;padding-left:1.5rem}.marks{list-style:none;padding:0}.limits{border:1px solid #99a;padding:.5rem 1rem .5rem 2rem}
.trace{font:12px/1.6 ui-monospace,Consolas,"Noto Sans Mono CJK JP",monospace;overflow-wrap:anywhere}
.hand{border:1px solid #99a;padding:.4rem .6rem;margin:.3rem 0;break-inside:avoid}.sign{display:block;text-align:right}
@media (max-width:40rem){.expected{display:none}.facts th{width:7.5rem;white-space:normal}}@media print{body{padding:0;font-size:10pt;max-width:none}a{color:inherit}}`;

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Writes a report as one HTML file that needs nothing else. */
export function toHtml(report: Report): string {
  const e = escaped;
  const facts = factsOf(report).map(
    ([name, value]) => `<tr><th>${name}</th><td>${e(value)}</td></tr>`,
  );
  const rows = report.played.map(
    (one, index) =>
      `<tr><td>${index + 1}</td><td><a href="#${one.case.id}">${e(one.case.title.ja)}</a></td><td class="expected">${e(one.case.expected)}</td><td class="result ${one.result}">${marks[one.result]} ${resultNames[one.result].ja}</td></tr>`,
  );
  const hand = (text: string) =>
    `<p class="hand">☐ ${e(text)}<span class="sign">${SIGNED}</span></p>`;
  const production = inProduction(report).map(([title, text]) => hand(`${title}: ${text}`));
  return `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${TITLE} ${e(report.service)} ${report.at.slice(0, 10)}</title><style>${STYLE}</style></head><body>
<h1>${TITLE}</h1>
<table class="facts"><tbody>${facts.join('\n')}</tbody></table>
<ul class="limits">${LIMITS.map((limit) => `<li>${limit}</li>`).join('')}</ul>
<h2>結果: ${countOf(report, 'ja')}</h2>
<p>○ 適合、× 不適合、△ 要確認（人による確認が必要）、－ 未実施</p>
<table><thead><tr><th>番号</th><th>ケース</th><th class="expected">期待する結果</th><th>結果</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
${report.played.map((one, index) => sectionOf(one, index, hand)).join('\n')}
<h2>${PRODUCTION}</h2>
${production.join('\n')}
</body></html>
`;
}

function sectionOf(one: Played, index: number, hand: (text: string) => string): string {
  const e = escaped;
  const { id, title, sections, reason, expected, byHand } = one.case;
  const findings = one.findings.map(
    ({ result, text }) => `<li class="${result}">${marks[result]} ${e(text.ja)}</li>`,
  );
  const seen =
    one.skipped === undefined
      ? `<h3>確認結果</h3><ul class="marks">${findings.join('')}</ul>
<h3>操作と通信の記録</h3><ol class="trace">${one.trace.map((step) => `<li>${e(step)}</li>`).join('')}</ol>`
      : `<p>実施しない理由: ${e(one.skipped)}</p>`;
  return `<section id="${id}"><h2>${index + 1}. ${e(title.ja)} <span class="result ${one.result}">${marks[one.result]} ${resultNames[one.result].ja}</span></h2>
<table class="facts"><tbody><tr><th>ガイドライン</th><td>${e(sections)}</td></tr><tr><th>確認の観点</th><td>${e(reason)}</td></tr><tr><th>期待する結果</th><td>${e(expected)}</td></tr></tbody></table>
${seen}
<h3>${BY_HAND}</h3>
${hand(byHand)}</section>`;
}

/** Writes a report for programs. */
export function toJson({ played, ...report }: Report): string {
  const results = played.map(({ case: { id, title, sections }, findings, ...one }) => ({
    ...{ case: id, title: title.ja, sections, result: one.result, skipped: one.skipped },
    findings: findings.map(({ check, result, text }) => ({ check, result, text: text.ja })),
    trace: one.trace,
  }));
  return `${JSON.stringify({ ...report, cases: results }, null, 2)}\n`;
}
