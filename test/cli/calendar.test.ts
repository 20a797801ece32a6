import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createCalendar,
  details,
  servers,
  toICalendar,
  toSvg,
  toText,
} from '../../src/calendar/index.js';
import { familyRegister } from '../kit/family-register.js';
import { openRuns, runAlone } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'myna-selfinfo-cli-'));
const { run, end } = openRuns({ cwd: folder });
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

const printed = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const refused = async (...args: string[]) => {
  const { status, stdout, stderr } = await run(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr.split('\n')[0];
};

describe('calendar without targets', () => {
  it('lists what can be queried and what opens next', async () => {
    // Sunday 6 December 2026, noon, not a third weekend. Employment is open daily from 7 to 22.
    // Details of municipalities are open until the third Saturday, the 19th. For workers'
    // compensation the labour standards offices are closed and the fund is uncertain on December
    // weekends. Both are certain on Monday at 8.
    const lines = (await printed('calendar', '--at', '2026-12-06T12:00+09:00')).split('\n');
    expect(lines[0]).toBe('2026年12月6日(日) 12:00 現在');
    expect(lines).toContain('照会できます (13)');
    expect(lines).toContain('  local-tax                   12月19日(土) 0:00 まで  地方税');
    expect(lines).toContain('  employment                  12月6日(日) 22:00 まで  雇用');
    expect(lines).toContain('  workers-accident-compensation  12月7日(月) 8:00 から  労災補償');
    expect(lines).toContain('次に照会できるようになるのは「医療保険」です（12月7日(月) 8:00）。');
    expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(details.length);
  });

  it('names what opens first when nothing can be queried', async () => {
    const text = await printed('calendar', '--at', '2026-12-31T12:00+09:00', '--lang', 'en');
    expect(text).toContain('Cannot be queried (18)\n');
    expect(text).toContain('  household                      from Mon 4 Jan 8:00\n');
    expect(text).toContain('Next to open: household, Mon 4 Jan 8:00.\n');
    expect(text).not.toContain('Can be queried');
  });

  it('describes the current time when --at is absent', async () => {
    const year = () => new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 4);
    const before = year();
    const text = await printed('calendar');
    expect(text).toMatch(new RegExp(`^(${before}|${year()})年`));
  });

  it('prints the statuses of all details as JSON', async () => {
    const list = JSON.parse(await printed('calendar', '--json', '--at', '2026-12-06T12:00+09:00'));
    expect(list.map(({ target }: { target: string }) => target)).toEqual(
      details.map(({ id }) => id),
    );
    expect(list[1]).toMatchObject({
      target: 'local-tax',
      at: '2026-12-06T12:00:00+09:00',
      state: 'open',
      until: '2026-12-19T00:00:00+09:00',
    });
  });
});

describe('calendar --month without targets', () => {
  // December 2026: the third weekend is 19 and 20, outages from 28 at 21:00. Medical insurers are
  // closed on weekends and at night, employment at night.
  const days = {
    'local-tax': '. . . . . . . . . . . . . . . . . . ? ? . . . . . . . + # # #',
    'medical-insurance': '+ + + + ? ? + + + + + ? ? + + + + + ? ? + + + + + ? ? + # # #',
    employment: '+ + + + + + + + + + + + + + + + + + ? ? + + + + + + + + # # #',
  };
  const month = ['calendar', '--month', '2026-12'];

  it('draws a line for every detail with a mark for each day', async () => {
    const lines = (await printed(...month)).split('\n');
    expect(lines[0]).toBe('2026年12月');
    expect(lines[3]?.trim()).toMatch(/^火水木金土日月/);
    for (const [id, marks] of Object.entries(days))
      expect(lines.find((line) => line.includes(` ${id} `))).toMatch(marks);
    expect(lines.filter((line) => /( [.+?#]){20}/.test(line))).toHaveLength(details.length);
    expect(lines).toContain(
      '. 終日運用   + 一部の時間帯に運用   ? 確実に運用する時間帯なし   # 終日停止',
    );
  });

  it('puts the parts of the month one below the other in 60 columns', async () => {
    for (const lang of ['ja', 'en']) {
      const { stdout } = await run([...month, '--lang', lang], { COLUMNS: '60' });
      const lines = stdout.split('\n');
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(60);
      const parts = lines.filter((line) =>
        line.startsWith({ ja: '  地方税 ', en: '  local-tax ' }[lang] ?? ''),
      );
      expect(parts.map((line) => line.replace(/^ *\S+ +/, '')).join(' ')).toBe(days['local-tax']);
    }
  });

  it('marks holidays', async () => {
    // 3 and 23 November 2026.
    const lines = (await printed('calendar', '--month', '2026-11')).split('\n');
    expect(lines[3]?.trim()).toBe('日月祝水木金土日月火水木金土日月火水木金土日祝火水木金土日月');
  });

  it('prints the segments of every detail as JSON', async () => {
    const list = JSON.parse(await printed(...month, '--json'));
    expect(list.map(({ target }: { target: string }) => target)).toEqual(
      details.map(({ id }) => id),
    );
  });
});

describe('calendar with targets', () => {
  it('prints state, next opening and reasons of each target', async () => {
    expect(
      (
        await printed(
          'calendar',
          'pension@pension-service',
          'juki-net',
          '--at',
          '2026-12-06T12:00+09:00',
        )
      ).split('\n'),
    ).toEqual([
      '年金・日本年金機構関係（日本年金機構中間サーバ） (pension@pension-service)',
      '  停止: 12月4日(金) 23:00〜12月7日(月) 8:00',
      '  次の運用開始: 12月7日(月) 8:00',
      '  - 日本年金機構中間サーバは、運用時間外です（運用時間: 平日8時〜23時）（表2.5-4、解釈を含む）',
      '',
      '住民基本台帳ネットワークシステム (juki-net)',
      '  運用中: 11月22日(日) 8:00〜12月19日(土) 22:00',
      '',
      '公表された運用日・時間（自己情報取得API ガイドライン 2.2版、2.5節）とお知らせに基づきます。実際の応答を保証するものではありません。',
      '',
    ]);
  });

  it('treats targets joined by + as one', async () => {
    const [status, ...others] = JSON.parse(
      await printed('calendar', 'local-tax+employment', '--at', '2026-12-06', '--json'),
    );
    expect(others).toEqual([]);
    expect(status).toMatchObject({
      target: 'local-tax+employment',
      state: 'closed',
      nextOpening: '2026-12-06T07:00:00+09:00',
    });
  });

  it('prints a month as text', async () => {
    expect(await printed('calendar', 'local-tax', '--month', '2026-11')).toBe(
      toText(createCalendar(), ['local-tax'], { month: '2026-11' }),
    );
  });

  it('writes a month as SVG and as iCalendar, by default the month of --at', async () => {
    // 23:00 UTC on 30 November is 1 December in Japan.
    const text = await printed(
      'calendar',
      'local-tax',
      '--at',
      '2026-11-30T23:00Z',
      '--svg',
      'a.svg',
      '--ics',
      'a.ics',
      '--lang',
      'en',
    );
    expect(text).toBe('written: a.svg\nwritten: a.ics\n');
    const calendar = createCalendar();
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(
      toSvg(calendar, ['local-tax'], { month: '2026-12', lang: 'en' }),
    );
    expect(readFileSync(join(folder, 'a.ics'), 'utf8')).toBe(
      toICalendar(calendar, 'local-tax', { start: '2026-12-01', end: '2027-01-01', lang: 'en' }),
    );
  });

  it('prints a file to standard output for -, and nothing else', async () => {
    const calendar = createCalendar();
    const month = ['calendar', 'local-tax', '--month', '2026-12'];
    expect(await printed(...month, '--svg', '-')).toBe(
      toSvg(calendar, ['local-tax'], { month: '2026-12' }),
    );
    expect(await printed(...month, '--svg', 'b.svg', '--ics', '-')).toBe(
      toICalendar(calendar, 'local-tax', { start: '2026-12-01', end: '2027-01-01' }),
    );
    expect(readFileSync(join(folder, 'b.svg'), 'utf8')).toMatch(/^<svg/);
  });

  it('writes a sheet for the wall, a poster and a year as SVG', async () => {
    const text = async (name: string, ...args: string[]) => {
      await printed('calendar', 'local-tax', '--svg', name, ...args);
      return readFileSync(join(folder, name), 'utf8');
    };
    const staff = await text(
      'd.svg',
      '--month',
      '2026-12',
      '--paper',
      'a3',
      '--note',
      'みほん銀行',
    );
    expect(staff).toContain('width="420mm" height="297mm"');
    expect(staff).toContain('>2026年（令和8年）12月</text>');
    expect(staff).toContain('>みほん銀行</text>');
    const poster = await text('e.svg', '--year', '2026-04', '--poster');
    expect(poster).toContain('width="297mm" height="210mm"');
    expect(poster).toContain('>2026年度（令和8年度）</text>');
    expect(poster).not.toContain('ガイドライン');
  });

  it('writes a sheet as PNG', async () => {
    const args = ['calendar', 'local-tax', '--year', '2026-04', '--png', 'e.png'];
    // Node.js 20.18 warns of a JSON module of sharp.
    const env = { NODE_NO_WARNINGS: '1' };
    const { status, stderr } = await runAlone(args, { cwd: folder, env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'e.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('prints the JSON of a month alone beside a file', async () => {
    const month = ['calendar', 'local-tax', '--month', '2026-12', '--json', '--svg', 'c.svg'];
    expect(JSON.parse(await printed(...month))).toHaveLength(1);
  });

  it('takes announcements from a file, and items by their code', async () => {
    const announced = [
      {
        id: 'account',
        target: { item: 'TM00000000000089' },
        state: 'closed',
        start: '2026-10-13T23:50+09:00',
        end: '2026-10-14T08:00+09:00',
        announcedAt: '2026-10-01',
        source: 'お知らせ',
      },
    ];
    writeFileSync(join(folder, 'announced.json'), JSON.stringify(announced));
    const statuses = JSON.parse(
      await printed(
        'calendar',
        'public-funds-account:TM00000000000089',
        'local-tax:TM00000000000002',
        '--announced',
        'announced.json',
        '--at',
        '2026-10-14T03:00+09:00',
        '--json',
      ),
    );
    expect(statuses.map(({ state, mayTry }: Record<string, unknown>) => [state, mayTry])).toEqual([
      ['closed', false],
      ['open', true],
    ]);
  });

  it('shows how the coming days look', async () => {
    // September 2026: 672 hours open, 38 uncertain and 10 closed, as worked out by hand.
    expect(
      (await printed('calendar', 'local-tax', '--at', '2026-09-01', '--outlook', '30')).split('\n'),
    ).toEqual([
      'local-tax',
      '  運用中 93.3%、不確定 5.3%、停止 1.4%',
      '  最も長い運用時間: 9月1日(火)〜9月18日(金)',
      '  - 9月19日(土) 0:00〜22:00              不確定  [1] [2]',
      '  - 9月19日(土) 22:00〜9月20日(日) 8:00  停止    [1] [2] [3]',
      '  - 9月20日(日) 8:00〜24:00              不確定  [1] [2]',
      expect.stringMatching(/^ {2}\[1\] 情報提供ネットワークシステム.*表2\.5-2/),
      expect.stringMatching(/^ {2}\[2\] 自治体中間サーバ/),
      expect.stringMatching(/^ {2}\[3\] 住民基本台帳/),
      '',
      expect.stringMatching(/^公表された運用日・時間/),
      '',
    ]);
    const [outlook] = JSON.parse(
      await printed('calendar', 'local-tax', '--at', '2026-09-01', '--outlook', '30', '--json'),
    );
    expect(outlook).toMatchObject({
      target: 'local-tax',
      share: { open: 672 / 720 },
      safest: { start: '2026-09-01T00:00:00+09:00', end: '2026-09-19T00:00:00+09:00' },
    });
  });

  it('prints the segments of a month as JSON', async () => {
    const [{ target, segments }] = JSON.parse(
      await printed('calendar', 'local-tax', '--month', '2026-12', '--json'),
    );
    expect(target).toBe('local-tax');
    expect([segments[0].start, segments.at(-1).end]).toEqual([
      '2026-12-01T00:00:00+09:00',
      '2027-01-01T00:00:00+09:00',
    ]);
  });

  it('lists all details and servers in its help', async () => {
    const text = await printed('calendar', '--help');
    for (const { id } of [...details, ...servers]) expect(text).toContain(`  ${id} `);
  });
});

describe('calendar with a catalogue from a file', () => {
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(familyRegister));
  const extended = (...args: string[]) => printed('calendar', '--catalog', 'catalog.json', ...args);

  it('takes an added detail as a target, and lists it and its server in the help', async () => {
    const at = ['--at', '2026-12-03T12:00+09:00'];
    const [status] = JSON.parse(await extended('family-register', ...at, '--json'));
    expect(status).toMatchObject({ state: 'uncertain', mayTry: true });
    expect(await extended(...at)).toMatch(/^ {2}family-register .* 戸籍$/m);
    const help = await extended('--help');
    expect(help).toMatch(/^ {2}family-register +戸籍$/m);
    expect(help).toMatch(/^ {2}moj-family-register +法務省の戸籍情報$/m);
    expect(await refused('calendar', 'family-register', ...at)).toBe(
      'myna-selfinfo: 不明な対象です: "family-register"',
    );
  });

  it('names the servers with unknown hours in an outlook, and leaves them out of the shares', async () => {
    // From Monday 14 December 2026: of 240 hours 38 are uncertain and 10 closed by the third weekend.
    const outlook = ['family-register', '--at', '2026-12-14', '--outlook', '10'];
    expect((await extended(...outlook)).split('\n').slice(0, 5)).toEqual([
      'family-register',
      '  運用中 0.0%、不確定 15.8%、停止 4.2%',
      '  最も長い運用時間: -',
      '  運用時間が公表されていないサーバ（割合に含まない）: 法務省の戸籍情報',
      expect.stringMatching(/^ {2}- 12月19日\(土\) 0:00〜22:00 +不確定/),
    ]);
    expect((await extended(...outlook, '--lang', 'en')).split('\n')[3]).toBe(
      '  hours not published, left out of the shares: family register of the Ministry of Justice',
    );
  });

  it('names the file and the place of a mistake, and of a file that cannot be read', async () => {
    const [detail] = familyRegister.details;
    const files: Record<string, string> = {
      'holder.json': JSON.stringify({ details: [{ ...detail, holders: ['moj'] }] }),
      'list.json': '[]',
      'broken.json': '{"servers": [',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const bad = (name: string) => refused('calendar', '--catalog', name, '--lang', 'en');
    expect(await bad('holder.json')).toMatch(
      /^myna-selfinfo: holder\.json:\$\.details\[0\]\.holders\[0\] is not a server of the catalogue/,
    );
    expect(await bad('list.json')).toMatch(/^myna-selfinfo: list\.json:\$ /);
    expect(await bad('broken.json')).toMatch(/^myna-selfinfo: "broken\.json" is not JSON/);
    expect(await bad('absent.json')).toBe('myna-selfinfo: cannot read "absent.json" (ENOENT)');
    expect(await bad('.')).toBe('myna-selfinfo: cannot read "." (EISDIR)');
    expect(await refused('calendar', '--catalog')).toBe(
      'myna-selfinfo: --catalog に値を指定してください。',
    );
  });

  it('takes a file with a byte order mark and Windows line ends', async () => {
    writeFileSync(
      join(folder, 'windows.json'),
      `\uFEFF${JSON.stringify(familyRegister, null, 2).replaceAll('\n', '\r\n')}`,
    );
    expect(await printed('calendar', '--catalog', 'windows.json', '--help')).toMatch(
      /^ {2}family-register +戸籍$/m,
    );
  });

  it('takes announcements about the added details', async () => {
    const stop = {
      id: 'register',
      target: { detail: 'family-register' },
      state: 'closed',
      start: '2026-12-03',
      end: '2026-12-04',
      announcedAt: '2026-11-20',
      source: 'お知らせ',
    };
    writeFileSync(join(folder, 'register.json'), JSON.stringify([stop]));
    const at = ['family-register', '--at', '2026-12-03T12:00+09:00'];
    const [status] = JSON.parse(await extended(...at, '--announced', 'register.json', '--json'));
    expect(status).toMatchObject({
      state: 'closed',
      causes: [{ rule: 'hours-unknown', name: null }, { name: { ja: '戸籍' } }],
    });
    expect(await refused('calendar', 'pension', '--announced', 'register.json')).toMatch(
      /^myna-selfinfo: register\.json:\$\[0\]\.target\.detail /,
    );
  });

  it('says in a month that nobody has published the hours', async () => {
    const text = await extended('family-register', '--month', '2026-11');
    expect(text).toMatch(/^\? 法務省の戸籍情報は、運用時間が公表されていません/m);
    expect(text).not.toContain('^');
  });
});

describe('announcements from a file', () => {
  const stop = {
    id: 'stop',
    target: 'municipal',
    state: 'closed',
    start: '2026-12-03',
    end: '2026-12-04',
    announcedAt: '2026-11-20',
    source: 'お知らせ',
  };
  const asked = async (name: string, text: string, lang: 'ja' | 'en' = 'en') => {
    writeFileSync(join(folder, name), text);
    const args = ['calendar', 'pension', '--announced', name, '--lang', lang];
    const { status, stdout, stderr } = await run(args);
    return { status, stdout, said: stderr.split('\n')[0]?.replace('myna-selfinfo: ', '') };
  };
  const list = (...announced: unknown[]) => JSON.stringify(announced);

  it.each([
    ['an object in place of a list', '{}', 'bad.json:$ must be an array.'],
    ['null', 'null', 'bad.json:$ must be an array.'],
    ['an entry that is not an object', '[5]', 'bad.json:$[0] '],
    ['an unknown field', list({ ...stop, until: 1 }), 'bad.json:$[0].until. '],
    ['a missing field', list({ ...stop, id: undefined }), 'bad.json:$[0].id '],
    ['an unknown state', list(stop, { ...stop, state: 'down' }), 'bad.json:$[1].state '],
    ['an unknown server', list({ ...stop, target: 'municipality' }), 'bad.json:$[0].target '],
    [
      'an item that is not a code',
      list({ ...stop, target: { item: '31' } }),
      'bad.json:$[0].target.item ',
    ],
    ['a day that does not exist', list({ ...stop, end: '2026-02-30' }), 'bad.json:$[0].end '],
    ['an end before the start', list({ ...stop, end: '2026-12-01' }), 'bad.json:$[0].end '],
    ['one id with two meanings', list(stop, { ...stop, end: '2026-12-05' }), 'bad.json:$[1].id '],
    [
      'too many of them',
      list(...Array.from({ length: 10_001 }, (_, index) => ({ ...stop, id: `${index}` }))),
      'bad.json:$ ',
    ],
    ['no text', '', '"bad.json" is not JSON'],
    ['text that is not JSON', '停止のお知らせ', '"bad.json" is not JSON'],
  ])('are refused with file and place for %s', async (_, text, message) => {
    const { status, stdout, said } = await asked('bad.json', text);
    expect([status, stdout]).toEqual([2, '']);
    expect(said).toContain(message);
    expect(said).not.toContain('options.');
    const japanese = await asked('bad.json', text, 'ja');
    expect([japanese.status, japanese.said?.includes('bad.json')]).toEqual([2, true]);
  });

  it('are refused if the file is missing or a folder', async () => {
    const refuse = (name: string) => refused('calendar', '--announced', name, '--lang', 'en');
    expect(await refuse('absent.json')).toBe('myna-selfinfo: cannot read "absent.json" (ENOENT)');
    expect(await refuse('.')).toBe('myna-selfinfo: cannot read "." (EISDIR)');
  });

  it('may be none, and may start with a byte order mark', async () => {
    expect((await asked('none.json', '[]')).status).toBe(0);
    expect((await asked('mark.json', `\uFEFF${list(stop)}\r\n`)).status).toBe(0);
  });

  it('appear in an outlook, a month and a feed', async () => {
    writeFileSync(join(folder, 'stop.json'), list(stop));
    const args = ['local-tax', '--announced', 'stop.json', '--at', '2026-12-03'];
    // One of two days.
    expect(await printed('calendar', ...args, '--outlook', '2')).toContain('停止 50.0%');
    expect(await printed('calendar', ...args, '--month', '2026-12')).toMatch(
      /^# 12月3日\(木\) 終日　自治体中間サーバは、お知らせにより停止します（お知らせ: お知らせ）$/m,
    );
    await printed('calendar', ...args, '--ics', 'stop.ics');
    expect(readFileSync(join(folder, 'stop.ics'), 'utf8')).toContain('DTSTART:20261202T150000Z');
  });
});

describe('calendar refuses', () => {
  it.each([
    ['an unknown target', ['pensoin'], '不明な対象です: "pensoin"'],
    ['an unknown member of joined targets', ['local-tax+pensoin'], '不明な対象です: "pensoin"'],
    ['an empty member of joined targets', ['local-tax+'], '不明な対象です: ""'],
    [
      'an unknown holder',
      ['pension@x'],
      '"pension@x" は、カタログ（表2.5-1〜2.5-4と extendCatalog による追加）にないサーバです。指定できるのは mynaportal、information-provision-network、juki-net、municipal、local-employee-accident-fund、employment-security、medical-insurers、local-officials-mutual-aid、national-officials-mutual-aid、private-school-mutual-aid、labour-standards、pension-service、account-registry です。',
    ],
    [
      'a server that does not hold the detail',
      ['local-tax@juki-net'],
      '"local-tax@juki-net" は、カタログ（表2.5-5と extendCatalog による追加）でこの分野詳細の保有サーバではありません。',
    ],
    ['an unknown option', ['--zone', 'UTC'], '不明なオプションです: "--zone"'],
    ['an unknown short option', ['-x'], '不明なオプションです: "-x"'],
    [
      'control characters, and prints them replaced',
      ['\u001b[31mx'],
      '不明な対象です: "\ufffd[31mx"',
    ],
    ['an option without its value', ['--month'], '--month に値を指定してください。'],
    [
      'an option in place of a value',
      ['pension', '--svg', '--json'],
      '--svg に値を指定してください。',
    ],
    ['a flag with a value', ['--json=yes'], '--json に値は指定できません。'],
    [
      'a time that cannot be read',
      ['--at', 'tomorrow'],
      '--at の時刻を読み取れません: "tomorrow"（例: 2026-12-01T09:00+09:00、2026-12-01）',
    ],
    [
      'a time without offset',
      ['--at', '2026-12-01T09:00'],
      '--at の時刻を読み取れません: "2026-12-01T09:00"（例: 2026-12-01T09:00+09:00、2026-12-01）',
    ],
    [
      'a day that does not exist',
      ['--at', '2026-02-30'],
      '--at の時刻を読み取れません: "2026-02-30"（例: 2026-12-01T09:00+09:00、2026-12-01）',
    ],
    [
      'a month that does not exist',
      ['pension', '--month', '2026-13'],
      'オプション --month の値が正しくありません。YYYY-MM 形式で指定してください。',
    ],
    [
      'an item whose code is not of the form TM and 14 digits',
      ['local-tax:2'],
      'オプション "local-tax:2" の値が正しくありません。TM に続けて14桁の数字を指定してください。',
    ],
    [
      'an outlook without days',
      ['pension', '--outlook', '0'],
      '--outlook には日数を指定してください: "0"',
    ],
    [
      'an outlook without a target',
      ['--outlook', '3'],
      '--outlook には対象を1つ以上指定してください。',
    ],
    [
      'a picture without a target',
      ['--svg', 'a.svg'],
      '--svg、--png、--ics には対象を指定してください（例: myna-selfinfo calendar local-tax --svg a.svg）。',
    ],
    [
      'a sheet without a file',
      ['pension', '--paper', 'a4'],
      '--paper、--year、--poster、--note は、--svg か --png とともに指定してください。',
    ],
    [
      'a sheet of several targets',
      ['pension', 'local-tax', '--year', '2026', '--svg', 'a.svg'],
      '用紙1枚の図の対象は1つだけ指定してください。まとめる場合は + でつなぎます。',
    ],
    [
      'a month and a year',
      ['pension', '--month', '2026-12', '--year', '2026', '--svg', 'a.svg'],
      '--year は --month、--ics、--json とともに指定できません。',
    ],
    [
      'a PNG for standard output',
      ['pension', '--png', '-'],
      '--png に - は指定できません。ファイルを指定してください。',
    ],
    [
      'two files for standard output',
      ['pension', '--svg', '-', '--ics', '-'],
      '--svg と --ics の両方に - は指定できません。',
    ],
    [
      'a feed of several targets',
      ['pension', 'local-tax', '--ics', 'a.ics'],
      '--ics の対象は1つだけ指定してください。まとめる場合は + でつなぎます。',
    ],
  ])('%s', async (_, args, message) => {
    expect(await refused('calendar', ...args)).toBe(`myna-selfinfo: ${message}`);
  });

  it('a time outside the calendar and names its span', async () => {
    for (const args of [
      ['--at', '2060-01-01'],
      ['pension', '--month', '2060-01'],
    ]) {
      expect(await refused('calendar', ...args, '--lang', 'en')).toMatch(
        /^myna-selfinfo: --\w+ is outside the period .* covers 2023-06-30T00:00:00\+09:00 up to, but not including, 2051-01-01T00:00:00\+09:00\.$/,
      );
    }
  });

  it('a file that cannot be written, with exit code 1', async () => {
    const { status, stdout, stderr } = await run(['calendar', 'pension', '--svg', 'nowhere/a.svg']);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'myna-selfinfo: 書き込めません: "nowhere/a.svg"（ENOENT）\n',
    });
  });
});
