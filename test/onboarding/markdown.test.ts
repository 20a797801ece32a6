import { describe, expect, it } from 'vitest';
import { planTermination, requirements, toMarkdown } from '../../src/onboarding/index.js';
import { all, langs, lines, plan } from './plans.js';

describe('the checklist of a plan', () => {
  it.each(all)('has a box for each step and each document, with the figure: %s', (_, each) => {
    for (const lang of langs) {
      const boxes = lines(toMarkdown(each, { lang }));
      const heads = boxes.filter((line) => /^- \[ \] \*\*[A-E]-\d+ /.test(line));
      expect(heads).toHaveLength(each.steps.length);
      for (const [index, { id, figure }] of each.steps.entries()) {
        expect(heads[index]).toMatch(
          lang === 'ja' ? `（図${figure} ${id}）` : ` (figure ${figure}, ${id})`,
        );
      }
      const documents = each.steps.flatMap((step) => [
        ...(step.documents ?? []),
        ...(step.asNeeded ?? []),
      ]);
      const requirementsOfIt = each.procedure === 'onboarding' ? requirements.length : 0;
      expect(boxes.filter((line) => line.startsWith('  - [ ] '))).toHaveLength(
        documents.length + requirementsOfIt,
      );
    }
  });

  it('shows dates, receiver and documents in the schedule, and the due date in the checklist', () => {
    const text = toMarkdown(plan);
    expect(text).toContain(
      [
        '- [ ] **A-13 試験完了の報告** 2027-02-17(水)まで（図5.1-3 A-13）',
        '  - [ ] 提出: 接続試験完了報告書',
      ].join('\n'),
    );
    expect(text).toContain(
      [
        '| 手順 | 担当 | 開始 | 完了期限 | 余裕日数 | 提出書類 | 提出先 | 根拠 |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |\n',
      ].join('\n'),
    );
    expect(text).toContain(
      '\n| ＊A-13 試験完了の報告 | 事業者 | 2027-02-17(水) | 2027-02-17(水) | 0 | 接続試験完了報告書 | デジタル庁（運営主体） | 図5.1-3 A-13 |\n',
    );
    expect(text).toContain(
      '\n| A-10 接続試験用資材等の提供等 | デジタル庁 | 2027-01-13(水) | 2027-01-25(月) | 8 |  |  | 図5.1-3 A-10 |\n',
    );
    expect(text).toContain('  - [ ] 提出: 接続確認環境試験\\_事前確認手順一覧\n');
  });

  it('shows what the SDK does for each requirement and what remains', () => {
    const text = toMarkdown(plan, { lang: 'en' });
    for (const { en, terms, provider, sdk } of requirements) {
      expect(text).toContain(`${en} (${terms.en})\n`);
      expect(text).toContain(`  - [ ] the provider: ${provider.en}\n`);
      for (const each of sdk) expect(text).toContain(`  - this SDK: ${each.en}\n`);
    }
    expect(toMarkdown(planTermination({ date: '2028-03-31' }))).not.toContain('要件');
  });

  it('does not let a name break out of its line or into the markup', () => {
    expect(lines(toMarkdown(plan, { name: 'a*b_c`d\n# <b>[x](y)' }))[0]).toBe(
      '# 自己情報取得API 利用開始までの計画（a\\*b\\_c\\`d \\# \\<b\\>\\[x\\](y)）',
    );
  });
});
