import type { Language, Text } from '../protocol/language.ts'

/** The command line's own words. */
export const HELP = {
  drydock: {
    en: 'A hands-on course in container security that runs on a real Docker engine.',
    ja: '本物の Docker エンジンで学ぶ、コンテナセキュリティの実習コース。',
  },
  serve: { en: 'serve the lab (what npm start runs)', ja: 'ラボを起動する(npm start と同じ)' },
  grade: {
    en: 'grade a workspace in a fresh Docker host: exit 0 all passed, 1 some failed, 2 bad input, 3 the lab’s fault',
    ja: '新しい Docker ホストでワークスペースを採点する。終了コード: 0 全合格、1 不合格あり、2 入力の誤り、3 ラボ側の問題',
  },
  lesson: { en: 'the lesson’s name, like who-am-i', ja: 'レッスン名(例: who-am-i)' },
  dir: {
    en: 'the workspace: a folder with the Dockerfile and run.sh',
    ja: 'ワークスペース: Dockerfile と run.sh のあるフォルダー',
  },
  format: { en: 'what is printed', ja: '出力形式' },
  output: { en: 'write the report to this file', ja: 'レポートをこのファイルに書く' },
  lang: { en: 'the report’s language', ja: 'レポートの言語' },
  data: { en: 'the lab’s data folder', ja: 'ラボのデータフォルダー' },
} as const satisfies Record<string, Text>

const SERVE_OPTIONS: [flag: string, variable: string, text: Text][] = [
  ['--port PORT', 'DRYDOCK_PORT', { en: 'listen there (7070)', ja: '待ち受けるポート(7070)' }],
  [
    '--host ADDRESS',
    'DRYDOCK_HOST',
    { en: 'a loopback address (127.0.0.1)', ja: 'ループバックアドレス(127.0.0.1)' },
  ],
  [
    '--engine URL',
    'DRYDOCK_ENGINE',
    {
      en: 'use this Docker engine, for one trusting learner, in place of private Docker hosts',
      ja: '専用の Docker ホストの代わりに、このエンジンを信頼できる一人の学習者のために使う',
    },
  ],
  [
    '--data DIR',
    'DRYDOCK_DATA',
    {
      en: 'where work and progress are kept (root: /var/lib/drydock)',
      ja: '作業内容と進捗の保存先(root の場合 /var/lib/drydock)',
    },
  ],
  [
    '--cache DIR',
    'DRYDOCK_CACHE',
    {
      en: 'what can be made again: baked images (DIR/cache)',
      ja: '作り直せるもの(イメージなど)の置き場所(DIR/cache)',
    },
  ],
  [
    '--name NAME',
    'DRYDOCK_NAMES',
    {
      en: 'a host name under which a reverse proxy shows the lab',
      ja: 'リバースプロキシでラボを公開するホスト名',
    },
  ],
  [
    '--lease MINUTES',
    'DRYDOCK_LEASE',
    {
      en: 'how long a Docker host stays after the last tab closed (15)',
      ja: '最後のタブを閉じてから Docker ホストを残す時間(15 分)',
    },
  ],
  [
    '--base-images WHICH',
    'DRYDOCK_BASE_IMAGES',
    {
      en: 'built: made from Debian’s and npm’s packages (the default); pulled: from a registry; auto: pulled where one answers',
      ja: 'built: Debian と npm のパッケージから作る(既定)。pulled: レジストリから取得。auto: 応答があれば取得',
    },
  ],
  [
    '--no-install',
    'DRYDOCK_NO_INSTALL',
    { en: 'install nothing; say what is missing', ja: '何もインストールせず、不足しているものを表示する' },
  ],
]

export function serveHelp(language: Language): string {
  const usage = language === 'ja' ? '使い方' : 'Usage'
  const lines = SERVE_OPTIONS.map(
    ([flag, variable, text]) => `  ${flag.padEnd(20)} ${variable.padEnd(20)} ${text[language]}`,
  )
  return `${usage}: npm start [-- options]\n\n${HELP.drydock[language]}\n\n${lines.join('\n')}\n`
}
