import { existsSync } from 'node:fs';
import type { Language } from '../foundation/language.js';
import { defineService, type Service } from '../service/service.js';
import { type CompareOptions, compareWithProfile } from '../shapes/compare-profile.js';
import { compareShapes } from '../shapes/compare-shapes.js';
import { describeDifferences } from '../shapes/difference.js';
import { draftProfile } from '../shapes/draft.js';
import { joinRecordings, readRecording } from '../shapes/read-recording.js';
import { createShapeRecorder } from '../shapes/recorder.js';
import { type ShapeRecording, type ShapeStep, STEPS } from '../shapes/shape.js';
import { checkProfile } from '../wire/environment.js';
import { publicProfile } from '../wire/public-profile.js';
import { quoted, readArguments, UsageError } from './arguments.js';
import { readBytes, readJsonFile, withFile, writeTextFile } from './files.js';
import { parseResponse } from './shapes-response.js';
import { recordSandbox } from './shapes-sandbox.js';

const help = {
  ja: `使い方: myna-selfinfo shapes record 手順 [ファイル] [オプション]
        myna-selfinfo shapes compare 記録 [オプション]
        myna-selfinfo shapes sandbox [オプション]

接続試験の応答から形（項目名、型、形式、長さの幅）だけを記録し、値は記録しません。

  record    応答を1つ読み、記録に加える。ファイルの省略時は標準入力。curl -i の出力も可
            手順: consent（PAR）、token、request、result、acknowledge
  compare   記録を通信プロファイル、または別の記録と比べ、相違を表示する
  sandbox   サンドボックスの応答を記録する（compare --with 用）

オプション
  --out ファイル      記録の書き込み先（record では既存の記録に加える。省略時は表示）
  --profile ファイル  通信プロファイルのデータ（JSON、省略した項目は publicProfile）
  --service ファイル  サービス（defineService の引数の JSON）。項目ごとに記録する
  --names 名前,...    残してよい項目名（仕様書にあるもの）
  --status 数値       record: ステータス（省略時は 200）
  --type 値           record: Content-Type（省略時は application/json）
  --with 記録         compare: 別の記録（模擬）と比べる
  --draft ファイル    compare: プロファイルの下書き（TypeScript）の書き込み先
  --json              compare: JSON で表示する
  --lang ja|en        言語（省略時は環境変数 LANG による）
`,
  en: `Usage: myna-selfinfo shapes record STEP [FILE] [options]
       myna-selfinfo shapes compare RECORDING [options]
       myna-selfinfo shapes sandbox [options]

Records only the shape of the responses of a connection check: names, types, patterns and
bands of lengths, never a value.

  record    read one response and add it to a recording. Without FILE: standard input.
            The output of curl -i works too.
            Steps: consent (PAR), token, request, result, acknowledge
  compare   compare a recording with the wire profile, or with another recording
  sandbox   record the responses of the sandbox, for compare --with

Options
  --out FILE         where the recording goes (record adds to it; default: print it)
  --profile FILE     data of the wire profile, JSON (default of each entry: publicProfile)
  --service FILE     the service, JSON: what defineService takes. Keeps items apart
  --names NAME,...   names of members that may be kept, from the specification
  --status NUMBER    record: the status (default: 200)
  --type VALUE       record: the Content-Type (default: application/json)
  --with RECORDING   compare: with another recording, such as the sandbox's
  --draft FILE       compare: where a draft of the profile (TypeScript) goes
  --json             compare: print JSON
  --lang ja|en       language (default: from the environment variable LANG)
`,
} as const;

const options = {
  out: 'value',
  profile: 'value',
  service: 'value',
  names: 'list',
  status: 'value',
  type: 'value',
  with: 'value',
  draft: 'value',
  json: 'flag',
  lang: 'value',
  help: 'flag',
} as const;

type Values = { readonly [K in keyof typeof options]?: string };

/** The options of each subcommand, in addition to the common ones. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  record: ['out', 'names', 'status', 'type'],
  compare: ['with', 'draft', 'json'],
  sandbox: ['out', 'names'],
};

/**
 * Runs `myna-selfinfo shapes`.
 *
 * @returns the text to print.
 */
export async function shapesCommand(args: readonly string[], lang: Language): Promise<string> {
  const { values, positionals } = readArguments(args, options);
  if (values.help !== undefined || args.length === 0) return help[lang];
  const [command = '', first, second, ...surplus] = positionals;
  const taken = Object.hasOwn(TAKEN, command) ? TAKEN[command] : undefined;
  const most = command === 'record' ? 2 : command === 'compare' ? 1 : 0;
  const extra = taken === undefined ? command : [first, second, ...surplus][most];
  if (taken === undefined || extra !== undefined)
    throw new UsageError({
      ja: `不明な引数です: ${quoted(extra ?? '')}`,
      en: `unexpected argument: ${quoted(extra ?? '')}`,
    });
  const common = ['profile', 'service', 'lang', 'help'];
  for (const name of Object.keys(values))
    if (!taken.includes(name) && !common.includes(name))
      throw new UsageError({
        ja: `${command} に --${name} は指定できません。`,
        en: `${command} does not take --${name}.`,
      });
  if (command === 'compare') return compare(first, values, lang);
  const recorder = createShapeRecorder({
    ...known(values),
    names: values.names?.split(',') ?? [],
  });
  if (command === 'sandbox') {
    await recordSandbox(recorder, known(values));
    return keep(recorder.recording(), undefined, values.out, lang);
  }
  const step = readStep(first);
  const status = readStatus(values);
  const message = parseResponse(readBytes(second ?? '-'), status, values.type);
  recorder.record({ step, ...message });
  const before =
    values.out !== undefined && existsSync(values.out) ? readFile(values.out) : undefined;
  return keep(recorder.recording(), before, values.out, lang);
}

function readStep(typed: string | undefined): ShapeStep {
  const step = STEPS.find((one) => one === typed);
  if (step !== undefined) return step;
  throw new UsageError({
    ja: `手順には ${STEPS.join('、')} のいずれかを指定してください: ${quoted(typed ?? '')}`,
    en: `the step must be one of ${STEPS.join(', ')}: ${quoted(typed ?? '')}`,
  });
}

function readStatus({ status = '200' }: Values): number {
  if (/^[1-5]\d\d$/.test(status)) return Number(status);
  throw new UsageError({
    ja: `--status には 100〜599 の数値を指定してください: ${quoted(status)}`,
    en: `--status must be a number from 100 to 599: ${quoted(status)}`,
  });
}

/** Reads `--profile` and `--service`. */
function known({ profile, service }: Values): CompareOptions {
  return {
    ...(profile !== undefined && {
      profile: withFile(profile, 'options.profile', () =>
        checkProfile({ ...publicProfile, ...Object(readJsonFile(profile)) }),
      ),
    }),
    ...(service !== undefined && {
      service: withFile(service, 'spec', () =>
        defineService(readJsonFile(service) as Parameters<typeof defineService>[0]),
      ) as Service,
    }),
  };
}

function readFile(path: string): ShapeRecording {
  return withFile(path, 'recording', () => readRecording(readJsonFile(path), 'recording'));
}

/** Writes a recording, joined with the one before. Without a path it is printed. */
function keep(
  recording: ShapeRecording,
  before: ShapeRecording | undefined,
  path: string | undefined,
  lang: Language,
): string {
  const joined = joinRecordings(before ? [before, recording] : [recording]);
  const text = `${JSON.stringify(joined, null, 1)}\n`;
  if (path === undefined) return text;
  writeTextFile(path, text);
  const count = joined.messages.reduce((sum, { times }) => sum + times, 0);
  return {
    ja: `応答${count}件の形を記録しました: ${path}\n`,
    en: `the shapes of ${count} responses are in ${path}\n`,
  }[lang];
}

function compare(path: string | undefined, values: Values, lang: Language): string {
  if (path === undefined)
    throw new UsageError({ ja: '記録を指定してください。', en: 'give a recording.' });
  const recording = readFile(path);
  const { differences, unseen } =
    values.with === undefined
      ? compareWithProfile(recording, known(values))
      : { differences: compareShapes(recording, readFile(values.with)), unseen: [] };
  if (values.draft !== undefined)
    writeTextFile(values.draft, draftProfile(recording, known(values), lang));
  if (values.json !== undefined) return `${JSON.stringify({ differences, unseen }, null, 2)}\n`;
  const none = { ja: '相違はありません。\n', en: 'no differences.\n' }[lang];
  const title = { ja: '記録からは分からない項目: ', en: 'not shown by the recording: ' }[lang];
  return (
    (differences.length === 0 ? none : describeDifferences(differences, lang)) +
    (unseen.length === 0 ? '' : `${title}${unseen.join(', ')}\n`)
  );
}
