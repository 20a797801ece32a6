import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCalendar } from '../calendar/calendar.js';
import { details } from '../catalog/details.js';
import type { Language } from '../foundation/language.js';
import { formatInstant } from '../foundation/time.js';
import { quoted, type Texts, UsageError } from './arguments.js';
import { HostError, originOf } from './evidence/browser.js';
import { type Case, cases } from './evidence/cases.js';
import { judge, resultOf } from './evidence/checks.js';
import { hasTwoServers, templatesFor } from './evidence/citizens.js';
import { type Config, readConfig } from './evidence/config.js';
import { connectControl } from './evidence/control.js';
import {
  countOf,
  type Played,
  type Report,
  resultNames,
  toHtml,
  toJson,
  toMarkdown,
} from './evidence/report.js';
import type { Setting } from './evidence/scene.js';
import { playCase, undoAll } from './evidence/stage.js';
import { traceOf } from './evidence/trace.js';
import { wordings } from './evidence/wordings.js';
import { systemCode, writeTextFile } from './files.js';
import { defineCommand } from './frame/spec.js';

const groups = {
  app: { ja: '確認するアプリ', en: 'The app' },
  report: { ja: '報告書', en: 'The report' },
} as const;

/** `myna-selfinfo evidence`. */
export const evidenceCommand = defineCommand({
  about: {
    ja: `サンドボックスに接続したアプリを、利用者のブラウザのように操作し、接続試験（A-12）などの前に確認しておきたいケースを実施して、日付入りの報告書（Markdown、HTML、JSON）を書き出します。
先に npx myna-selfinfo sandbox を実行し、サンドボックスに接続したアプリを起動しておいてください。`,
    en: `Uses your app the way a citizen's browser does. It plays the cases to check before the connection test (step A-12), and writes a dated Japanese report (Markdown, HTML, JSON).
First start a sandbox with npx myna-selfinfo sandbox, then the app connected to it.`,
  },
  operands: [],
  options: {
    sandbox: {
      value: { ja: 'URL', en: 'URL' },
      text: {
        ja: 'サンドボックスの画面のURL。http://127.0.0.1:8080（必須）',
        en: "the URL of the sandbox's pages: http://127.0.0.1:8080 (required)",
      },
      group: groups.app,
    },
    start: {
      value: { ja: 'URL', en: 'URL' },
      text: {
        ja: 'アプリの開始画面。画面にフォームがあれば送信して進む（必須。--config にも書ける）',
        en: 'the start page of the app; its forms are submitted to continue (required, here or in --config)',
      },
      group: groups.app,
    },
    config: {
      value: { ja: 'ファイル', en: 'FILE' },
      text: {
        ja: 'アプリごとの設定（JSON）。開始のしかた、画面の文、実施者など',
        en: 'settings of the app, JSON: how to start, texts of pages, who tests',
      },
      group: groups.app,
      completes: 'files',
    },
    stall: {
      value: { ja: '秒', en: 'SECONDS' },
      text: {
        ja: '応答を待つ秒数（省略時は 30）',
        en: 'how long to wait for an answer (default: 30)',
      },
      group: groups.app,
    },
    case: {
      value: { ja: 'ID[,ID]', en: 'ID[,ID]' },
      list: true,
      choices: cases.map(({ id }) => id),
      text: { ja: '実施するケース（省略時はすべて）', en: 'the cases to play (default: all)' },
      group: groups.report,
    },
    out: {
      value: { ja: 'フォルダー', en: 'DIR' },
      text: {
        ja: '報告書を書き出す場所（省略時は evidence）',
        en: 'where to write the report (default: evidence)',
      },
      group: groups.report,
      completes: 'folders',
    },
  },
  sections: (_, lang) => [
    {
      title: { ja: 'ケース', en: 'Cases' }[lang],
      rows: cases.map(({ id, title }) => [id, title[lang]]),
    },
  ],
  examples: [
    [
      'myna-selfinfo evidence --sandbox http://127.0.0.1:8080 --start http://localhost:3000/',
      { ja: 'すべてのケースを実施', en: 'play all cases' },
    ],
  ],
  exits: {
    1: {
      ja: '不適合のケースがある、または実施できなかった',
      en: 'a case failed, or the cases could not be played',
    },
  },
  page: 'testing.md',
  run: async ({ values, lang }) => {
    const chosen =
      values.case === undefined ? cases : cases.filter(({ id }) => values.case?.includes(id));
    const config = readConfig(values.config);
    const setting = await connect(values.sandbox, values.start, readSeconds(values.stall), config);
    const sandboxAt = await setting.control.now();
    checkTime(setting.client, sandboxAt);
    endCleanly(setting);
    const played: Played[] = [];
    for (const one of chosen) played.push(await play(one, setting, played.length === 0));
    const report = reportOf(setting, played, sandboxAt);
    const files = write(report, values.out ?? 'evidence');
    if (played.some(({ result }) => result === 'failed')) process.exitCode = 1;
    return summaryOf(report, files, lang);
  },
});

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Restores the sandbox when a signal ends the command. A second signal ends it at once. */
function endCleanly({ undo }: Setting): void {
  for (const [signal, code] of Object.entries(SIGNALS))
    process.once(signal, async () => {
      // A failure does not stop the others.
      while (undo.length > 0) await undoAll(undo).catch(() => undefined);
      process.exit(code);
    });
}

function readSeconds(typed = '30'): number {
  if (/^\d{1,3}$/.test(typed) && Number(typed) > 0) return Number(typed) * 1_000;
  throw new UsageError({
    ja: `--stall には 1〜999 の秒数を指定してください: ${quoted(typed)}`,
    en: `--stall must be a number of seconds from 1 to 999: ${quoted(typed)}`,
  });
}

function readUrl(option: string, typed: string | undefined): URL {
  const url = URL.canParse(typed ?? '') ? new URL(typed ?? '') : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === '')
    return url;
  throw new UsageError({
    ja: `${option} に http または https の URL を指定してください。`,
    en: `${option} must be an http or https URL.`,
  });
}

/** Connects to the sandbox, and reads the client that it has registered. */
async function connect(
  typedSandbox: string | undefined,
  typedStart: string | undefined,
  stallMs: number,
  config: Config,
): Promise<Setting> {
  const sandbox = readUrl('--sandbox', typedSandbox);
  const start = readUrl('--start', typedStart ?? config.start?.url);
  const control = connectControl((sandbox.origin + sandbox.pathname).replace(/\/$/, ''), stallMs);
  const clients = await control.registrations();
  const client = clients.find(
    ({ clientId }) => clientId === (config.client ?? clients[0]?.clientId),
  );
  if (client === undefined)
    throw new UsageError({
      ja: '設定ファイルの client は、サンドボックスに登録されていません。',
      en: 'client of the configuration is not registered at the sandbox.',
    });
  const hosts = [
    start.href,
    ...client.redirectUris,
    ...(config.origins ?? []),
    config.result ?? [],
  ];
  return {
    control,
    client,
    templates: templatesFor(client, await control.personas(), config.records),
    config: { ...config, start: { ...config.start, url: start.href } },
    portal: originOf(sandbox),
    hosts: new Set(hosts.flat().map((url) => originOf(new URL(url)))),
    stallMs,
    waitMs: (config.waitSeconds ?? 20) * 1_000,
    undo: [],
  };
}

/** Refuses a time of the sandbox at which all servers of an item are closed: no case would pass. */
function checkTime({ items }: Setting['client'], nowMs: number): void {
  const calendar = createCalendar();
  const closed = items.some(({ detail }) => {
    const known = details.find(({ id }) => id === detail);
    return known !== undefined && calendar.status(known.id, nowMs).state === 'closed';
  });
  if (!closed) return;
  const at = formatInstant(nowMs).slice(0, 16);
  throw new UsageError({
    ja: `サンドボックスの時刻（${at}）には、登録した項目の保有サーバが停止しています。sandbox に --at 2026-12-01T10:00+09:00 などを付けて起動し直してください。`,
    en: `at the sandbox's time (${at}) the servers of a registered item are closed: start sandbox with --at 2026-12-01T10:00+09:00, for example.`,
  });
}

/** Plays a case. Throws if the first one could not begin, because no other could either. */
async function play(one: Case, setting: Setting, first: boolean): Promise<Played> {
  const nothing = { case: one, findings: [], trace: [] } as const;
  const skip = setting.config.cases?.[one.id]?.skip;
  if (skip !== undefined) return { ...nothing, result: 'skipped', skipped: skip };
  if (one.citizen?.records === 'two-servers' && !hasTwoServers(setting.client, setting.templates))
    return { ...nothing, result: 'skipped', skipped: '登録した項目の保有サーバが1つだけのため。' };
  const scene = await playCase(setting, one);
  const { stopped, callbacks } = scene;
  if (first && stopped !== undefined && callbacks.size === 0) {
    const { ja, en } = wordings[stopped instanceof HostError ? stopped.trouble : 'noPortal'];
    const status = stopped instanceof HostError ? '' : String(stopped.status);
    const fill = (text: string) => text.replace('{seen}', status);
    throw new UsageError({ ja: `開始できません: ${fill(ja)}`, en: `cannot begin: ${fill(en)}` }, 1);
  }
  const findings = judge(one, scene, setting.config);
  return { case: one, result: resultOf(findings), findings, trace: traceOf(scene, 'ja') };
}

function reportOf(
  { client, config, control }: Setting,
  played: readonly Played[],
  sandboxAt: number,
): Report {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    at: formatInstant(Date.now()),
    tool: version,
    provider: config.provider ?? '',
    tester: config.tester ?? '',
    service: client.name,
    clientId: client.clientId,
    redirectUris: client.redirectUris,
    items: client.items.map(
      ({ code, detail }) => `${code}（${details.find(({ id }) => id === detail)?.ja ?? detail}）`,
    ),
    start: withoutQuery(config.start.url),
    sandbox: control.url,
    sandboxAt: formatInstant(sandboxAt),
    played,
  };
}

const withoutQuery = (url: string) => new URL(url).origin + new URL(url).pathname;

/** Writes the report, and returns the paths. */
function write(report: Report, folder: string): readonly string[] {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const code = systemCode(error);
    throw new UsageError(
      {
        ja: `フォルダーを作成できません: ${quoted(folder)}（${code}）`,
        en: `cannot create the folder ${quoted(folder)} (${code})`,
      },
      1,
    );
  }
  const texts = { md: toMarkdown(report), html: toHtml(report), json: toJson(report) };
  return Object.entries(texts).map(([type, text]) => {
    const path = join(folder, `evidence-${report.at.slice(0, 10)}.${type}`);
    writeTextFile(path, text);
    return path;
  });
}

function summaryOf(report: Report, files: readonly string[], lang: Language): string {
  const lines = report.played.flatMap(({ case: { id, title }, result, findings }) => [
    `${id.padEnd(20)}${resultNames[result][lang]}  ${title[lang]}`,
    ...findings
      .filter((finding) => finding.result !== 'passed')
      .map((finding) => `  ${resultNames[finding.result][lang]}: ${finding.text[lang]}`),
  ]);
  const wrote: Texts = { ja: '書き出しました', en: 'wrote' };
  return `${[...lines, '', countOf(report, lang), ...files.map((file) => `${wrote[lang]}: ${file}`)].join('\n')}\n`;
}
