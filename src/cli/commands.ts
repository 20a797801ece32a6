import type { GroupSpec } from './frame/spec.js';

/** The binary: all commands, each loaded when it is called. */
export const rootCommand: GroupSpec = {
  about: {
    ja: 'マイナポータルの自己情報取得APIを使うサービスの準備と確認を助けます。',
    en: 'Helps to prepare and check a service that uses the self-information API of Mynaportal.',
  },
  page: 'cli.md',
  commands: {
    calendar: {
      summary: {
        ja: '自己情報を照会できる時間帯を調べる（引数なしでは、いま照会できるものを一覧にする）',
        en: 'show when self-information can be queried (without arguments: what can be queried now)',
      },
      load: async () => (await import('./calendar.js')).calendarCommand,
    },
    plan: {
      summary: {
        ja: '利用開始までの手続の日程を計算する（いつ、何を、どこに提出するか）',
        en: 'compute the dates of the onboarding procedure: what to submit when, and to whom',
      },
      load: async () => (await import('./plan.js')).planCommand,
    },
    sandbox: {
      summary: {
        ja: '模擬マイナポータルを起動し、curl で試す手順を表示する',
        en: 'start a sample Mynaportal, and print curl commands to try it',
      },
      load: async () => (await import('./sandbox.js')).sandboxCommand,
    },
    demo: {
      summary: {
        ja: '架空の銀行の住宅ローン事前審査を起動し、ブラウザで試す',
        en: 'start the home loan demo of a fictional bank, to try in a browser',
      },
      load: async () => (await import('./demo.js')).demoCommand,
    },
    evidence: {
      summary: {
        ja: 'アプリをサンドボックスで確認し、結果を報告書に書き出す',
        en: 'play an app against the sandbox, and write a report',
      },
      load: async () => (await import('./evidence.js')).evidenceCommand,
    },
    sheet: {
      summary: {
        ja: '申請書類に必要な事項をサービスの定義から書き出し、相違と過剰な照会を調べる',
        en: 'write the facts that the application documents need, and find differences and unread items',
      },
      load: async () => (await import('./sheet.js')).sheetCommand,
    },
    shapes: {
      summary: {
        ja: '接続試験の応答の形だけを記録し、通信プロファイルと比べる',
        en: 'record only the shape of responses, and compare it with the wire profile',
      },
      load: async () => (await import('./shapes.js')).shapesCommand,
    },
    schema: {
      summary: {
        ja: '--json の出力の形式（JSON Schema）を表示する',
        en: 'print the format of --json output, as JSON Schema',
      },
      load: async () => (await import('./schema.js')).schemaCommand,
    },
    completion: {
      summary: {
        ja: 'シェル（bash、zsh、fish）の補完スクリプトを表示する',
        en: 'print the completion script of a shell: bash, zsh or fish',
      },
      load: async () => (await import('./completion.js')).completionCommand,
    },
  },
};
