import { existsSync } from 'node:fs';
import type { Language } from '../foundation/language.js';
import { defineService, type Service } from '../service/service.js';
import type { ServiceSpec } from '../service/spec.js';
import { type CompareOptions, compareWithProfile } from '../shapes/compare-profile.js';
import { compareShapes } from '../shapes/compare-shapes.js';
import { describeDifferences } from '../shapes/difference.js';
import { draftProfile } from '../shapes/draft.js';
import { joinRecordings, readRecording } from '../shapes/read-recording.js';
import { createShapeRecorder } from '../shapes/recorder.js';
import { type ShapeRecording, type ShapeStep, STEPS } from '../shapes/shape.js';
import { checkProfile } from '../wire/environment.js';
import { publicProfile } from '../wire/public-profile.js';
import { quoted, type Texts, UsageError } from './arguments.js';
import { readBytes, readJsonFile, withFile, writeTextFile } from './files.js';
import { defineCommand, type GroupSpec, type OptionSpecs, type Values } from './frame/spec.js';
import { readRegistrations } from './sandbox-input.js';
import { parseResponse } from './shapes-response.js';
import { recordSandbox } from './shapes-sandbox.js';

const file = { ja: 'ファイル', en: 'FILE' } as const;

const known = {
  profile: {
    value: file,
    text: {
      ja: '通信プロファイルのデータ（JSON、省略した項目は publicProfile）',
      en: 'data of the wire profile, JSON (default of each entry: publicProfile)',
    },
    completes: 'files',
  },
  service: {
    value: file,
    text: {
      ja: 'サービス（JSON）。sandbox --service と同じ内容（登録が複数あれば最初のもの）。項目ごとに記録する',
      en: 'the service, JSON, as for sandbox --service (of several, the first); keeps its items apart',
    },
    completes: 'files',
  },
} as const satisfies OptionSpecs;

const names = {
  value: { ja: '名前,...', en: 'NAME,...' },
  list: true,
  text: {
    ja: '残してよい項目名（仕様書にあるもの）',
    en: 'field names from the specification that may be recorded',
  },
} as const;

const record = defineCommand({
  about: {
    ja: '応答を1つ読み、記録に加えます。curl -i の出力も読めます。値は記録しません。',
    en: 'Reads one response and adds it to a recording. The output of curl -i works too. Values are not recorded.',
  },
  operands: [
    { name: { ja: '手順', en: 'STEP' }, count: 'one', choices: STEPS },
    { name: file, count: 'maybe', completes: 'files' },
  ],
  options: {
    out: {
      value: file,
      text: {
        ja: '記録の書き込み先。既存の記録に加える（省略時は表示）',
        en: 'add to the recording in this file (default: print it)',
      },
      completes: 'files',
    },
    ...known,
    names,
    status: {
      value: { ja: '数値', en: 'NUMBER' },
      text: { ja: 'ステータス（省略時は 200）', en: 'the status (default: 200)' },
    },
    type: {
      value: { ja: '値', en: 'VALUE' },
      text: {
        ja: 'Content-Type（省略時は application/json）',
        en: 'the Content-Type (default: application/json)',
      },
    },
  },
  sections: (_, lang) => [
    {
      title: { ja: '手順', en: 'Steps' }[lang],
      rows: STEPS.map((step) => [step, stepTexts[step][lang]]),
    },
  ],
  examples: [
    [
      'myna-selfinfo shapes record result response.txt --out real.json',
      { ja: '結果の応答を記録に加える', en: 'add the response of a result to a recording' },
    ],
  ],
  exits: {},
  page: 'wire-profile.md',
  schemas: ['shapes'],
  run: async ({ values, operands: [step, path = '-'], lang }) => {
    const status = readStatus(values.status);
    const recorder = createShapeRecorder({ ...knownOf(values), names: values.names ?? [] });
    const message = parseResponse(readBytes(path), status, values.type);
    recorder.record({ step: step as ShapeStep, ...message });
    const before =
      values.out !== undefined && existsSync(values.out) ? readFile(values.out) : undefined;
    return keep(recorder.recording(), before, values.out, lang);
  },
});

const stepTexts: Readonly<Record<ShapeStep, Texts>> = {
  consent: { ja: 'PAR（認可リクエストの登録）', en: 'the pushed authorization request' },
  token: { ja: 'トークン', en: 'the token' },
  request: { ja: '自己情報取得要求', en: 'the request for self-information' },
  result: { ja: '結果の取得', en: 'the result' },
  acknowledge: { ja: '受領の通知', en: 'the acknowledgement' },
};

const compareOptions = {
  with: {
    value: { ja: '記録', en: 'RECORDING' },
    text: {
      ja: '別の記録（模擬）と比べる',
      en: "compare with another recording, such as the sandbox's",
    },
    completes: 'files',
  },
  draft: {
    value: file,
    text: {
      ja: 'プロファイルの下書き（TypeScript）の書き込み先',
      en: 'write a draft of the profile (TypeScript) to this file',
    },
    completes: 'files',
  },
  ...known,
  json: { text: { ja: 'JSON で表示', en: 'print JSON' } },
} as const satisfies OptionSpecs;

const compare = defineCommand({
  about: {
    ja: '記録を通信プロファイル、または別の記録と比べ、相違を表示します。',
    en: 'Compares a recording with the wire profile, or with another recording.',
  },
  operands: [{ name: { ja: '記録', en: 'RECORDING' }, count: 'one', completes: 'files' }],
  options: compareOptions,
  examples: [
    [
      'myna-selfinfo shapes compare real.json --draft profile.ts',
      {
        ja: '通信プロファイルとの相違を表示し、下書きを書き出す',
        en: 'show how it differs from the wire profile, and write a draft',
      },
    ],
  ],
  exits: {},
  page: 'wire-profile.md',
  schemas: ['shapes-compare'],
  run: async ({ values, operands: [path = ''], lang }) => compareCommand(path, values, lang),
});

const sandbox = defineCommand({
  about: {
    ja: 'サンドボックスの応答を記録します（shapes compare --with 用）。',
    en: 'Records the responses of the sandbox, for shapes compare --with.',
  },
  operands: [],
  options: {
    out: {
      value: file,
      text: {
        ja: '記録の書き込み先（省略時は表示）',
        en: 'write the recording to this file (default: print it)',
      },
      completes: 'files',
    },
    ...known,
    names,
  },
  examples: [
    [
      'myna-selfinfo shapes sandbox --service service.json --out sandbox.json',
      { ja: '自社のサービスへの応答を記録', en: 'record what your service receives' },
    ],
  ],
  exits: {},
  page: 'wire-profile.md',
  schemas: ['shapes'],
  run: async ({ values, lang }) => {
    const recorder = createShapeRecorder({ ...knownOf(values), names: values.names ?? [] });
    await recordSandbox(recorder, knownOf(values));
    return keep(recorder.recording(), undefined, values.out, lang);
  },
});

/** `myna-selfinfo shapes`. */
export const shapesCommand: GroupSpec = {
  about: {
    ja: '接続試験の応答から形（項目名、型、形式、長さの幅）だけを記録し、値は記録しません。',
    en: 'Records only the shape of the responses of a connection check: names, types, patterns and bands of lengths, never a value.',
  },
  page: 'wire-profile.md',
  commands: {
    record: {
      summary: {
        ja: '応答を1つ読み、記録に加える',
        en: 'read one response and add it to a recording',
      },
      load: async () => record,
    },
    compare: {
      summary: {
        ja: '記録を通信プロファイル、または別の記録と比べる',
        en: 'compare a recording with the wire profile, or with another recording',
      },
      load: async () => compare,
    },
    sandbox: {
      summary: { ja: 'サンドボックスの応答を記録する', en: 'record the responses of the sandbox' },
      load: async () => sandbox,
    },
  },
};

function readStatus(status = '200'): number {
  if (/^[1-5]\d\d$/.test(status)) return Number(status);
  throw new UsageError({
    ja: `--status には 100〜599 の数値を指定してください: ${quoted(status)}`,
    en: `--status must be a number from 100 to 599: ${quoted(status)}`,
  });
}

/** Reads `--profile` and `--service`. */
function knownOf({ profile, service }: Values<typeof known>): CompareOptions {
  return {
    ...(profile !== undefined && {
      profile: withFile(profile, 'options.profile', () =>
        checkProfile({ ...publicProfile, ...Object(readJsonFile(profile)) }),
      ),
    }),
    ...(service !== undefined && { service: readService(service) }),
  };
}

/** Reads a file as `sandbox --service` does. Uses the first of several registrations. */
function readService(path: string): Service {
  const { value, root } = readRegistrations(path);
  const at = root.endsWith('.service') ? '$' : root.endsWith('[0]') ? '$.service' : '$[0].service';
  return withFile(
    path,
    'spec',
    () => defineService(value[0]?.service as ServiceSpec),
    at,
  ) as Service;
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

function compareCommand(
  path: string,
  values: Values<typeof compareOptions>,
  lang: Language,
): string {
  const recording = readFile(path);
  const { differences, unseen } =
    values.with === undefined
      ? compareWithProfile(recording, knownOf(values))
      : { differences: compareShapes(recording, readFile(values.with)), unseen: [] };
  if (values.draft !== undefined)
    writeTextFile(values.draft, draftProfile(recording, knownOf(values), lang));
  if (values.json !== undefined) return `${JSON.stringify({ differences, unseen }, null, 2)}\n`;
  const none = { ja: '相違はありません。\n', en: 'no differences.\n' }[lang];
  const title = { ja: '記録からは分からない項目: ', en: 'not shown by the recording: ' }[lang];
  return (
    (differences.length === 0 ? none : describeDifferences(differences, lang)) +
    (unseen.length === 0 ? '' : `${title}${unseen.join(', ')}\n`)
  );
}
