import type { Text } from './language.ts'

/**
 * Every error a person can meet. `what` happened, what to do `next`; both are ICU templates. `exit` is the command line's exit code
 * (2 bad input, 3 the lab's fault), `status` the HTTP status.
 */
export interface ErrorEntry {
  what: Text
  next: Text
  exit: 2 | 3
  status: number
}

export const ERRORS = {
  DD_INTERNAL: {
    what: { en: 'The lab made a mistake: {detail}', ja: 'ラボ側の不具合です: {detail}' },
    next: {
      en: 'Try again. If it happens again, the server log has the details.',
      ja: 'もう一度試してください。繰り返す場合はサーバーのログを確認してください。',
    },
    exit: 3,
    status: 500,
  },
  DD_PROTOCOL: {
    what: {
      en: 'The page sent a message that the server does not understand: {detail}',
      ja: 'ページが送ったメッセージをサーバーが理解できません: {detail}',
    },
    next: { en: 'Reload the page.', ja: 'ページを再読み込みしてください。' },
    exit: 2,
    status: 400,
  },
  DD_ENGINE_GONE: {
    what: {
      en: 'The Docker engine does not answer: {detail}',
      ja: 'Docker エンジンに接続できません: {detail}',
    },
    next: {
      en: 'Start a new Docker host for this lesson. Your files are kept.',
      ja: 'このレッスンの Docker ホストを新しく起動してください。ファイルは残ります。',
    },
    exit: 3,
    status: 502,
  },
  DD_ENGINE_REFUSED: {
    what: { en: 'The Docker engine refused: {detail}', ja: 'Docker エンジンが拒否しました: {detail}' },
    next: {
      en: 'Read the message above: it is the same that the docker command line would print.',
      ja: '上のメッセージを読んでください。docker コマンドが表示するものと同じです。',
    },
    exit: 2,
    status: 422,
  },
  DD_ENGINE_TIMEOUT: {
    what: {
      en: 'The Docker engine took longer than {seconds} s: {doing}',
      ja: 'Docker エンジンの処理が {seconds} 秒を超えました: {doing}',
    },
    next: {
      en: 'Try again. If it happens again, start a new Docker host for this lesson.',
      ja: 'もう一度試してください。繰り返す場合は、このレッスンの Docker ホストを新しく起動してください。',
    },
    exit: 3,
    status: 504,
  },
  DD_ENGINE_ANSWER: {
    what: {
      en: 'The Docker engine gave an answer that makes no sense: {detail}',
      ja: 'Docker エンジンの応答が不正です: {detail}',
    },
    next: {
      en: 'Start a new Docker host for this lesson. Your files are kept.',
      ja: 'このレッスンの Docker ホストを新しく起動してください。ファイルは残ります。',
    },
    exit: 3,
    status: 502,
  },
  DD_ENGINE_OLD: {
    what: {
      en: 'This Docker engine speaks API {version}; the lab needs {needed} or newer (Docker 20.10).',
      ja: 'この Docker エンジンの API は {version} です。ラボには {needed} 以上 (Docker 20.10) が必要です。',
    },
    next: { en: 'Use a newer engine.', ja: 'より新しいエンジンを使ってください。' },
    exit: 3,
    status: 502,
  },
  DD_ENGINE_URL: {
    what: {
      en: 'This is not the address of a Docker engine: {url}',
      ja: 'Docker エンジンのアドレスではありません: {url}',
    },
    next: {
      en: 'Give unix:///path/to/docker.sock, tcp://host:port or npipe:////./pipe/name.',
      ja: 'unix:///path/to/docker.sock、tcp://host:port、npipe:////./pipe/name のいずれかを指定してください。',
    },
    exit: 2,
    status: 400,
  },
  DD_BUILD_FAILED: {
    what: { en: 'The build failed: {message}', ja: 'ビルドに失敗しました: {message}' },
    next: {
      en: 'Look at the marked line of the Dockerfile and at the last lines of the build log.',
      ja: 'Dockerfile の印のついた行と、ビルドログの最後の数行を確認してください。',
    },
    exit: 2,
    status: 422,
  },
  DD_BUILD_TIMEOUT: {
    what: {
      en: 'The build was stopped after {seconds} s.',
      ja: 'ビルドが {seconds} 秒を超えたため停止しました。',
    },
    next: {
      en: 'Look for a step that waits for something or never ends.',
      ja: '何かを待ち続けている、または終わらないステップがないか確認してください。',
    },
    exit: 2,
    status: 422,
  },
  DD_BUILD_FRONTEND: {
    what: {
      en: 'The Dockerfile asks for a frontend of its own ({frontend}). That is foreign code, and the lab does not run it.',
      ja: 'Dockerfile が独自のフロントエンド ({frontend}) を指定しています。外部のコードなので、ラボでは実行しません。',
    },
    next: {
      en: 'Remove the "syntax=" line. Secret mounts work without it.',
      ja: '「syntax=」の行を削除してください。シークレットマウントはその行がなくても使えます。',
    },
    exit: 2,
    status: 422,
  },
  DD_DOCKERFILE_EMPTY: {
    what: { en: 'The Dockerfile has no instruction.', ja: 'Dockerfile に命令がありません。' },
    next: {
      en: 'Start it with FROM, or reset the file.',
      ja: 'FROM から書き始めるか、ファイルをリセットしてください。',
    },
    exit: 2,
    status: 422,
  },
  DD_DOCKERFILE_SIZE: {
    what: {
      en: 'The Dockerfile is {kib} KiB long; {limit} KiB are allowed.',
      ja: 'Dockerfile のサイズが {kib} KiB あります。上限は {limit} KiB です。',
    },
    next: {
      en: 'Move large content into files and COPY them.',
      ja: '大きな内容は別のファイルに移し、COPY してください。',
    },
    exit: 2,
    status: 413,
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
