import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  type Plan,
  type PlanICalendarOptions,
  planChange,
  planOnboarding,
  planResumption,
  planSuspension,
  planTermination,
  requirements,
  toICalendar,
  toMarkdown,
  toMermaid,
  toText,
} from '../../src/onboarding/index.js';
import { root } from '../house/sources.js';

const today = '2026-09-29';
const plan = planOnboarding({ goLive: '2027-04-01', today });
const late = planOnboarding({ goLive: '2027-04-01', today: '2026-11-24' });
const all: [string, Plan][] = [
  ['an onboarding', plan],
  ['an onboarding from a day', planOnboarding({ start: '2026-12-26', today })],
  ['a late onboarding', late],
  ['a change', planChange({ goLive: '2027-10-01', today })],
  [
    'a small change',
    planChange({
      start: '2027-10-01',
      development: false,
      connectionTest: false,
      production: false,
      today,
    }),
  ],
  ['a suspension', planSuspension({ date: '2027-08-01', today })],
  ['a resumption', planResumption({ date: '2027-09-01', today })],
  ['a termination', planTermination({ date: '2028-03-31', today })],
];
const langs = ['ja', 'en'] as const;
const lines = (text: string) => text.split('\n');

describe('the text of a plan', () => {
  const text = lines(toText(plan));
  const block = (head: string, from = text) => {
    const start = from.indexOf(head);
    return from.slice(start + 1, from.indexOf('', start) < 0 ? undefined : from.indexOf('', start));
  };

  it('starts with the title, the go-live and the latest start', () => {
    expect(text.slice(0, 4)).toEqual([
      '自己情報取得API 利用開始までの計画',
      '利用開始: 2027-04-01(木)',
      '着手: 2026-09-29(火)（最遅）',
      '',
    ]);
    expect(lines(toText(plan, { lang: 'en', name: 'loan' })).slice(0, 4)).toEqual([
      'Self-information acquisition API: plan to the first use (loan)',
      'go-live: Thu 2027-04-01',
      'start: Tue 2026-09-29 (at the latest)',
      '',
    ]);
  });

  it('has a line for each step: critical or not, its dates, slack and figure', () => {
    expect(text.filter((line) => / A-(9|10|15) .*図/.test(line) && !line.includes('['))).toEqual([
      '*  A-9  接続確認環境の利用申請                2027-01-12              2027-01-12              0     図5.1-3 A-9',
      '   A-10 接続試験用資材等の提供等              2027-01-13              2027-01-25              8     図5.1-3 A-10',
      '*  A-15 本番環境の利用申請                    2027-02-19              2027-02-19              0     図5.1-4 A-15',
    ]);
  });

  it('lists the documents to hand in, with date and receiver', () => {
    expect(block('提出する書類（いつ、どこへ）').slice(11, 17)).toEqual([
      '  2027-01-12(火)  A-9 接続確認環境の利用申請 → デジタル庁（マイナポータル運営主体）  [図5.1-3 A-9]',
      '    - 接続確認環境利用申請書',
      '    - サービス情報設定シート',
      '    - 接続情報設定シート（接続確認環境）',
      '    - テストデータ設定シート',
      '    - 接続確認環境試験_事前確認手順一覧',
    ]);
    expect(block('提供されるもの（いつ、どこから）')).toContain(
      '  2027-01-13(水)〜2027-01-25(月)  A-10 接続試験用資材等の提供等 ← デジタル庁  [図5.1-3 A-10]',
    );
  });

  it('shows the basis of each lead time, so that an assumption is visible', () => {
    const rests = block('所要期間とその根拠').map((line) => line.trim().split(/ {2,}/));
    expect(rests.map(([amount, , source, basis]) => [amount, source, basis])).toEqual([
      ['2週間', '図5.1-1 A-1', '本SDKの仮定（記載なし）'],
      ['3週間', '図5.1-1 A-4', 'ガイドラインの目安（「程度」）'],
      ['1週間', '図5.1-2 A-6', 'ガイドラインの目安（「程度」）'],
      ['8週間', '図5.1-2 A-8', '本SDKの仮定（記載なし）'],
      ['2週間', '図5.1-3 A-9', 'ガイドラインの定め'],
      ['1週間', '図5.1-3 A-11', 'ガイドラインの定め'],
      ['2週間', '図5.1-3 A-12', '本SDKの仮定（記載なし）'],
      ['2週間', '図5.1-4 A-15', 'ガイドラインの定め'],
      ['1か月', '図5.1-4 A-16', 'ガイドラインの目安（「程度」）'],
      ['1週間', '図5.1-4 A-18', '本SDKの仮定（記載なし）'],
      ['1営業日', '各図の手順の順序', '本SDKの仮定（記載なし）'],
      ['1営業日', '図に利用開始の手順はない', 'ガイドラインの解釈'],
    ]);
    const given = toText(
      planOnboarding({
        goLive: '2027-04-01',
        durations: { development: { businessDays: 30 }, review: { months: 2 } },
        today,
      }),
    );
    expect(given).toMatch(/30営業日 +システム開発の期間 +図5\.1-2 A-8 +指定された値/);
    expect(given).toMatch(
      /2か月 +本番環境の利用申請から審査の完了まで +図5\.1-4 A-16 +指定された値/,
    );
  });

  it('shows the later three weeks as unconfirmed', () => {
    expect(toText(plan)).toContain(
      '2.2版より後の公開情報に「3週間前」とするものがある（未確認）。durations.productionApplication で指定できる。',
    );
    expect(toText(plan, { lang: 'en' })).toContain(
      'Public sources later than v2.2 say three weeks (unconfirmed). Set durations.productionApplication to use it.',
    );
  });

  it('says by how much a go-live is missed, and which step binds', () => {
    const told = (lang: 'ja' | 'en') => lines(toText(late, { lang })).slice(4, 7);
    const path =
      'A-1 → A-4 → A-5 → A-6 → A-7 → A-8 → A-9 → A-11 → A-12 → A-13 → A-14 → A-15 → A-16 → A-17 → A-18';
    expect(told('ja')).toEqual([
      '利用開始 2027-04-01(木) には間に合いません。着手の期限 2026-09-29(火) を過ぎています。',
      '2026-11-24(火) に最初の手順から始めると、最短で 2027-06-02(水)、40営業日の遅れです。',
      `最も長くかかる手順は A-8 システム開発の実施 です（クリティカルパス: ${path}）。`,
    ]);
    expect(told('en')).toEqual([
      'The go-live on Thu 2027-04-01 cannot be met: the latest start, Tue 2026-09-29, has passed.',
      'Starting with the first step on Tue 2026-11-24, the earliest go-live is Wed 2027-06-02, 40 business days late.',
      `The longest step is A-8, Develop the system (critical path: ${path}).`,
    ]);
  });

  it('says what a late notice still allows', () => {
    const notice = planSuspension({ date: '2027-08-01', today: '2027-07-20' });
    expect(lines(toText(notice))[4]).toBe(
      '届出の期限 2027-07-16(金)（原則）を過ぎています。2027-07-20(火) に届け出る場合、利用停止予定日は 2027-08-03(火) 以降となります（1営業日の遅れ）。',
    );
    expect(lines(toText(notice, { lang: 'en' }))[4]).toBe(
      'The notice was due on Fri 2027-07-16, in principle. With a notice on Tue 2027-07-20, the earliest planned suspension is Tue 2027-08-03, 1 business day late.',
    );
  });

  it('says when a day was moved, and when holidays are predicted', () => {
    expect(lines(toText(planOnboarding({ goLive: '2027-05-03', today })))[1]).toBe(
      '利用開始: 2027-04-30(金)（指定された 2027-05-03(月) は営業日でないため）',
    );
    expect(lines(toText(planOnboarding({ start: '2026-12-30', today }), { lang: 'en' }))[1]).toBe(
      'start: Mon 2027-01-04 (the given day, Wed 2026-12-30, is not a business day)',
    );
    const predicted = '内閣府がまだ公表していない年の祝日（予測）を含む。';
    expect(toText(planTermination({ date: '2027-12-31', today }))).not.toContain(predicted);
    expect(toText(planTermination({ date: '2028-01-01', today }))).toContain(predicted);
  });

  it.each(all)('aligns its columns as wide as a terminal shows them: %s', (_, each) => {
    for (const lang of langs) {
      const table = lines(toText(each, { lang })).filter(
        (line) => /(図|figure )\d\.\d-\d,? [A-E]-\d+$/.test(line) && /\d{4}-\d\d-\d\d/.test(line),
      );
      expect(table).toHaveLength(each.steps.length);
      const columns = table.map((line) =>
        stringWidth(line.slice(0, line.search(/(図|figure )\d\.\d-\d,? [A-E]-\d+$/))),
      );
      expect(new Set(columns).size).toBe(1);
    }
  });
});

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

  it('shows dates and receiver, and two dates only where they differ', () => {
    const text = toMarkdown(plan);
    expect(text).toContain(
      [
        '- [ ] **A-13 試験完了の報告**（図5.1-3 A-13）',
        '  - 2027-02-17(水)、余裕 0営業日、クリティカルパス',
        '  - 担当: Webサービス提供者（事業者） → デジタル庁（マイナポータル運営主体）',
        '  - [ ] 提出: 接続試験完了報告書',
      ].join('\n'),
    );
    expect(text).toContain('  - 最早 2027-01-13(水)、最遅 2027-01-25(月)、余裕 8営業日\n');
    expect(text).toContain('  - [ ] 提出: 接続確認環境試験\\_事前確認手順一覧\n');
  });

  it('shows what the SDK does for each requirement and what remains', () => {
    const text = toMarkdown(plan, { lang: 'en' });
    for (const { en, terms, provider, sdk } of requirements) {
      expect(text).toContain(`${en} (${terms.en})\n`);
      expect(text).toContain(`  - [ ] the provider: ${provider.en}\n`);
      for (const each of sdk)
        expect(text).toContain(
          `  - \`myna-selfinfo${each.door === './vault' ? '/vault' : ''}\`: ${each.en} (\`${each.page}\`)\n`,
        );
    }
    expect(toMarkdown(planTermination({ date: '2028-03-31' }))).not.toContain('要件');
  });

  it('does not let a name break out of its line or into the markup', () => {
    expect(lines(toMarkdown(plan, { name: 'a*b_c`d\n# <b>[x](y)' }))[0]).toBe(
      '# 自己情報取得API 利用開始までの計画（a\\*b\\_c\\`d \\# \\<b\\>\\[x\\](y)）',
    );
  });
});

interface Event {
  readonly uid: string;
  readonly start: string;
  readonly end: string;
  readonly summary: string;
  readonly description: string;
}

describe('the feed of a plan', () => {
  const isoDay = (date: Date) =>
    new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

  function readByIcalJs(text: string): Event[] {
    const events = new ICAL.Component(ICAL.parse(text))
      .getAllSubcomponents('vevent')
      .map((component) => new ICAL.Event(component));
    return events.map(({ uid, startDate, endDate, summary, description }) => {
      expect([startDate.isDate, endDate.isDate]).toEqual([true, true]);
      return { uid, start: startDate.toString(), end: endDate.toString(), summary, description };
    });
  }

  function readByNodeIcal(text: string): Event[] {
    const components = Object.values(nodeIcal.sync.parseICS(text)).flatMap((component) =>
      component?.type === 'VEVENT' ? [component] : [],
    );
    return components.map(({ uid, start, end, summary, description, datetype }) => {
      expect(datetype).toBe('date');
      return {
        uid,
        start: isoDay(start),
        end: isoDay(end as Date),
        summary: String(summary),
        description: String(description),
      };
    });
  }

  const read = (each: Plan, options: PlanICalendarOptions = {}) => {
    const text = toICalendar(each, options);
    const events = readByIcalJs(text);
    expect(readByNodeIcal(text)).toEqual(events);
    return events;
  };
  const uids = (each: Plan, options: PlanICalendarOptions = {}) =>
    read(each, options).map(({ uid }) => uid);

  it('has an all-day event for each step and for the go-live, which two parsers read the same way', () => {
    const events = read(plan);
    expect(
      events
        .map(({ summary, start, end }) => `${summary} ${start} ${end}`)
        .filter((_, index) => [0, 1, 8, 9, 17, 18].includes(index)),
    ).toEqual([
      // The end is the day after the last day.
      'A-1 利用検討 2026-09-29 2026-10-14',
      'A-2 疑問点の問い合わせ（必要に応じ随時） 2026-09-29 2026-10-14',
      '【提出】A-9 接続確認環境の利用申請 2027-01-12 2027-01-13',
      'A-10 接続試験用資材等の提供等 2027-01-25 2027-01-26',
      'A-18 本番環境における事前動作確認の実施 2027-03-24 2027-04-01',
      '利用開始 2027-04-01 2027-04-02',
    ]);
    expect(events).toHaveLength(19);
    expect(events[8]?.description.split('\n')).toEqual([
      '図5.1-3 A-9: Webサービス提供者（事業者）',
      '最早〜最遅: 2027-01-12',
      '余裕: 0営業日',
      '提出先: デジタル庁（マイナポータル運営主体）',
      ...[
        '- 接続確認環境利用申請書',
        '- サービス情報設定シート',
        '- 接続情報設定シート（接続確認環境）',
        '- テストデータ設定シート',
      ],
      '- 接続確認環境試験_事前確認手順一覧',
    ]);
  });

  it.each(all)(
    'is read the same way by two parsers in both languages, and names the figure of each step: %s',
    (_, each) => {
      for (const lang of langs) {
        const events = read(each, { lang });
        expect(events).toHaveLength(each.steps.length + 1);
        for (const [index, { figure, id }] of each.steps.entries())
          expect(events[index]?.description).toContain(
            lang === 'ja' ? `図${figure} ${id}` : `figure ${figure}, ${id}`,
          );
      }
    },
  );

  it('has the earliest dates of a plan from a day', () => {
    const events = read(planOnboarding({ start: '2027-04-16', today }));
    expect(events.map(({ start }) => start).slice(9, 11)).toEqual(['2027-08-04', '2027-08-17']);
  });

  it('keeps its UIDs when dates, durations and language change, so that events move and are not doubled', () => {
    const name = '住宅ローン事前審査';
    const moved = planOnboarding({
      start: '2027-05-06',
      durations: { development: { weeks: 3 } },
      today: '2027-01-05',
    });
    expect(uids(moved, { lang: 'en', name })).toEqual(uids(plan, { name }));
    expect(new Set(uids(plan)).size).toBe(19);
  });

  it('has other UIDs for another service and for another procedure', () => {
    const every = [
      ...all.slice(4).flatMap(([, each]) => uids(each)),
      ...uids(plan),
      ...uids(plan, { name: 'a' }),
      ...uids(plan, { name: 'b' }),
    ];
    expect(new Set(every).size).toBe(every.length);
  });

  it("is stamped with the plan's today or as asked, and the same to the byte for the same plan", () => {
    const stamps = (text: string) => [...new Set(text.match(/^DTSTAMP:.*$/gm))];
    expect(stamps(toICalendar(plan))).toEqual(['DTSTAMP:20260928T150000Z']);
    expect(stamps(toICalendar(plan, { stamp: '2026-10-01T12:34:56+09:00' }))).toEqual([
      'DTSTAMP:20261001T033456Z',
    ]);
    expect(toICalendar(JSON.parse(JSON.stringify(plan)))).toBe(
      toICalendar(planOnboarding({ goLive: '2027-04-01', today })),
    );
  });

  it('has lines of at most 75 octets, to which a name adds none', () => {
    const name = `a;b,c\\d\r\nBEGIN:VEVENT\u0007${'年'.repeat(60)}`;
    const text = toICalendar(plan, { name });
    for (const line of text.split('\r\n'))
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain(
      `（a\\;b\\,c\\\\d BEGIN:VEVENT ${'年'.repeat(60)}）\r\n`,
    );
    expect(read(plan, { name })).toHaveLength(19);
    expect(text.match(/^TRANSP:TRANSPARENT\r$/gm)).toHaveLength(19);
  });
});

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
