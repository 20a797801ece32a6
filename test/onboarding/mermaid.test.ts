import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toMermaid } from '../../src/onboarding/index.js';
import { root } from '../house/sources.js';
import { all, langs, plan } from './plans.js';

describe('the Gantt chart of a plan', () => {
  // The documented part of the grammar of Mermaid's gantt: keywords, sections, and tasks `name
  // :tags, id, start, end`.
  const forbidden = /[:;#%,]/;
  function parse(text: string) {
    const [head, ...rest] = text.split('\n');
    expect(head).toBe('gantt');
    expect(rest.pop()).toBe('');
    const chart = {
      title: '',
      sections: [] as string[],
      tasks: [] as { name: string; tags: string[]; id: string; start: string; end: string }[],
    };
    for (const line of rest) {
      const keyword = /^ {4}(title|dateFormat|axisFormat|section) (.+)$/.exec(line);
      if (keyword?.[1] === 'title') chart.title = keyword[2] as string;
      if (keyword?.[1] === 'section') {
        chart.sections.push(keyword[2] as string);
        expect(keyword[2]).not.toMatch(forbidden);
      }
      if (keyword) continue;
      const task =
        /^ {4}([^:]+) :((?:crit|milestone), )?(\w+), (\d{4}-\d\d-\d\d), (\d{4}-\d\d-\d\d|0d)$/.exec(
          line,
        );
      expect([line, task !== null]).toEqual([line, true]);
      const [, name, tag, id, start, end] = task as unknown as string[];
      expect(name).not.toMatch(forbidden);
      // A task must not begin with a keyword.
      expect(name).not.toMatch(
        /^(gantt|dateFormat|axisFormat|tickInterval|includes|excludes|todayMarker|weekday|title|section|click|href|call|acc)/i,
      );
      chart.tasks.push({
        name: name as string,
        tags: tag ? [tag.slice(0, -2)] : [],
        id: id as string,
        start: start as string,
        end: end as string,
      });
    }
    return chart;
  }

  it.each(all)(
    'keeps to the grammar, with a bar for each step and a milestone at the end: %s',
    (_, each) => {
      for (const lang of langs) {
        const { tasks, sections } = parse(toMermaid(each, { lang }));
        expect(tasks).toHaveLength(each.steps.length + 1);
        expect(tasks.at(-1)).toMatchObject({ tags: ['milestone'], start: each.goal, end: '0d' });
        expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
        expect(sections).toHaveLength(each.procedure === 'onboarding' ? 4 : 1);
        for (const [index, { critical, figure }] of each.steps.entries()) {
          expect(tasks[index]?.tags).toEqual(critical ? ['crit'] : []);
          expect(tasks[index]?.name).toContain(figure);
        }
      }
    },
  );

  it('has bars that end with the last day, which Mermaid leaves out', () => {
    const { tasks, sections, title } = parse(toMermaid(plan));
    expect(title).toBe('自己情報取得API 利用開始までの計画');
    expect(sections).toEqual([
      'フェーズ１：利用検討',
      'フェーズ２：利用準備／開発',
      'フェーズ２：利用準備／接続試験',
      'フェーズ２：利用準備／本番準備',
    ]);
    expect(tasks[0]).toEqual({
      name: 'A-1 利用検討（図5.1-1 A-1）',
      tags: ['crit'],
      id: 'a1',
      start: '2026-09-29',
      end: '2026-10-14',
    });
    expect(tasks[8]).toMatchObject({ id: 'a9', start: '2027-01-12', end: '2027-01-13' });
  });

  it('is the same as in the documentation', () => {
    for (const [page, lang] of [
      ['docs/onboarding.md', 'en'],
      ['docs/ja/onboarding.md', 'ja'],
    ] as const) {
      const drawn = /^```mermaid\n([\s\S]*?)^```$/m.exec(
        readFileSync(join(root, page), 'utf8'),
      )?.[1];
      expect(drawn).toBe(toMermaid(plan, { lang }));
    }
  });

  it('does not let a name end a line or start a comment', () => {
    const name = 'a:b;c#d%%e,f\nsection x';
    expect(parse(toMermaid(plan, { name })).title).toBe(
      '自己情報取得API 利用開始までの計画（a：b；c＃d％％e，f section x）',
    );
    expect(parse(toMermaid(plan, { name, lang: 'en' })).sections).toHaveLength(4);
  });
});
