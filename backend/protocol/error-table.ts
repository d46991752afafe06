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
  DD_NOT_FOUND: {
    what: { en: 'There is nothing at {path}.', ja: '{path} には何もありません。' },
    next: {
      en: 'Go back to the start page and follow a link from there.',
      ja: 'トップページに戻り、そこからリンクをたどってください。',
    },
    exit: 2,
    status: 404,
  },
  DD_HOST_REFUSED: {
    what: {
      en: 'This lab does not answer to the name “{host}”.',
      ja: 'このラボは「{host}」という名前では応答しません。',
    },
    next: {
      en: 'Open the address that the lab printed when it started.',
      ja: 'ラボの起動時に表示されたアドレスを開いてください。',
    },
    exit: 2,
    status: 403,
  },
  DD_ORIGIN_REFUSED: {
    what: {
      en: 'Another site ({origin}) tried to use this lab.',
      ja: '別のサイト ({origin}) がこのラボを使おうとしました。',
    },
    next: {
      en: 'Open the lab’s own address in the browser.',
      ja: 'ブラウザーでラボ自身のアドレスを開いてください。',
    },
    exit: 2,
    status: 403,
  },
  DD_SESSION_MISSING: {
    what: { en: 'The browser did not say who it is.', ja: 'ブラウザーの識別情報がありません。' },
    next: {
      en: 'Allow cookies for this address and reload the page.',
      ja: 'このアドレスの Cookie を許可して、ページを再読み込みしてください。',
    },
    exit: 2,
    status: 401,
  },
  DD_NOT_YOURS: {
    what: {
      en: 'That terminal or session is not yours.',
      ja: 'その端末またはセッションはあなたのものではありません。',
    },
    next: {
      en: 'Reload the page and open your own.',
      ja: 'ページを再読み込みして、自分のものを開いてください。',
    },
    exit: 2,
    status: 403,
  },
  DD_RATE_LIMIT: {
    what: { en: 'Too many messages came from this page.', ja: 'このページからのメッセージが多すぎます。' },
    next: { en: 'Wait a moment and try again.', ja: '少し待ってからもう一度試してください。' },
    exit: 2,
    status: 429,
  },
  DD_BIND_REFUSED: {
    what: {
      en: 'The lab does not listen on {host}: everybody who can reach that address would get a shell here, and there are no join codes yet.',
      ja: 'ラボは {host} では待ち受けません。そのアドレスに届く人は誰でもここのシェルを使えてしまい、参加コードはまだないためです。',
    },
    next: {
      en: 'Use --host 127.0.0.1 (the default) or ::1. From another machine, forward the port: ssh -L 7070:127.0.0.1:7070 this-machine.',
      ja: '--host 127.0.0.1(既定)または ::1 を使ってください。別のマシンからはポート転送を使います: ssh -L 7070:127.0.0.1:7070 this-machine',
    },
    exit: 2,
    status: 400,
  },
  DD_PORT_TAKEN: {
    what: {
      en: 'Port {port} on {host} is in use by another program.',
      ja: '{host} のポート {port} は別のプログラムが使用中です。',
    },
    next: {
      en: 'Stop that program, or choose another port: --port {other}.',
      ja: 'そのプログラムを終了するか、別のポートを指定してください: --port {other}',
    },
    exit: 3,
    status: 500,
  },
  DD_PORT_FORBIDDEN: {
    what: {
      en: 'Port {port} is below {start}: only root may listen there, and the web server never runs as root.',
      ja: 'ポート {port} は {start} 未満です。root だけが待ち受けできますが、Web サーバーは root では動きません。',
    },
    next: {
      en: 'Choose a higher port (--port 7070), and put a reverse proxy in front if it must be that one.',
      ja: 'より大きいポート(--port 7070)を選んでください。どうしても必要なら、前段にリバースプロキシを置いてください。',
    },
    exit: 2,
    status: 400,
  },
  DD_NO_BERTHS: {
    what: {
      en: '{reason, select, platform {The private Docker hosts of the lab need Linux.} root {The private Docker hosts of the lab are made by root, and this is another user.} other {The private Docker hosts of the lab need the right to mount, which root does not have here (an unprivileged container?).}}',
      ja: '{reason, select, platform {ラボ専用の Docker ホストには Linux が必要です。} root {ラボ専用の Docker ホストを作るには root 権限が必要ですが、今のユーザーは root ではありません。} other {ラボ専用の Docker ホストにはマウントの権限が必要ですが、ここでは root にもありません(非特権コンテナの中?)。}}',
    },
    next: {
      en: '{reason, select, platform {} root {On Linux: sudo npm start\n} other {Outside the container: sudo npm start\n}}With Docker: docker compose up\nWith an engine that may be used for one trusting learner: npm start -- --engine unix:///var/run/docker.sock',
      ja: '{reason, select, platform {} root {Linux の場合: sudo npm start\n} other {コンテナの外で: sudo npm start\n}}Docker がある場合: docker compose up\n信頼できる一人の学習者のために使ってよいエンジンがある場合: npm start -- --engine unix:///var/run/docker.sock',
    },
    exit: 3,
    status: 500,
  },
  DD_NO_SPACE: {
    what: {
      en: 'There is no space left on the disk that holds {dir}.',
      ja: '{dir} のあるディスクに空き容量がありません。',
    },
    next: {
      en: 'Free at least 3 GB and run the same command again: it goes on where it was.',
      ja: '少なくとも 3 GB を空けて、同じコマンドをもう一度実行してください。続きから再開します。',
    },
    exit: 3,
    status: 507,
  },
  DD_PACKAGES_MISSING: {
    what: { en: 'This is missing: {names}.', ja: '不足しているもの: {names}' },
    next: {
      en: 'Run: {command}\nor leave out --no-install and start as root.',
      ja: '実行してください: {command}\nまたは --no-install を外して root で起動してください。',
    },
    exit: 3,
    status: 500,
  },
  DD_PACKAGES_ELSEWHERE: {
    what: {
      en: 'These programs are missing, and this is neither Debian nor Ubuntu: {names} (Debian’s names).',
      ja: '次のプログラムがありません。この環境は Debian でも Ubuntu でもありません: {names}(Debian での名前)',
    },
    next: {
      en: 'Install them with this system’s package manager, or use: docker compose up',
      ja: 'このシステムのパッケージマネージャーで入れるか、docker compose up を使ってください。',
    },
    exit: 3,
    status: 500,
  },
  DD_PACKAGES_OFFLINE: {
    what: {
      en: 'Debian’s packages could not be fetched: {detail}',
      ja: 'Debian のパッケージを取得できません: {detail}',
    },
    next: {
      en: 'Check the network (or apt’s proxy) and run the same command again.',
      ja: 'ネットワーク(または apt のプロキシ)を確認して、同じコマンドをもう一度実行してください。',
    },
    exit: 3,
    status: 500,
  },
  DD_PACKAGES_FAILED: {
    what: {
      en: 'apt could not install the packages: {detail}',
      ja: 'apt がパッケージをインストールできませんでした: {detail}',
    },
    next: {
      en: 'Repair what it names (apt-get update, apt-get --fix-broken install) and run the same command again.',
      ja: '示された原因を直してから(apt-get update、apt-get --fix-broken install)、同じコマンドをもう一度実行してください。',
    },
    exit: 3,
    status: 500,
  },
  DD_ACCOUNT: {
    what: {
      en: 'The system user “drydock”, as which the web server runs, cannot be used: {detail}',
      ja: 'Web サーバー用のシステムユーザー「drydock」を使えません: {detail}',
    },
    next: {
      en: 'Run: useradd --system --user-group --shell /usr/sbin/nologin drydock\nIt must not be root.',
      ja: '実行してください: useradd --system --user-group --shell /usr/sbin/nologin drydock\nroot であってはいけません。',
    },
    exit: 3,
    status: 500,
  },
  DD_DATA_FOLDER: {
    what: {
      en: 'The folder {dir} could not be made: {detail}',
      ja: 'フォルダー {dir} を作れませんでした: {detail}',
    },
    next: { en: 'Choose another folder with --data.', ja: '--data で別のフォルダーを指定してください。' },
    exit: 2,
    status: 500,
  },
  DD_SITE_BUILD: {
    what: { en: 'The site could not be built: {detail}', ja: 'サイトをビルドできませんでした: {detail}' },
    next: {
      en: 'Look at the whole output: npm run build:site',
      ja: '出力全体を確認してください: npm run build:site',
    },
    exit: 3,
    status: 500,
  },
  DD_SITE_MISSING: {
    what: {
      en: 'The site is not built, or its sources changed since.',
      ja: 'サイトがビルドされていないか、ビルド後にソースが変更されています。',
    },
    next: { en: 'Run: {command}', ja: '実行してください: {command}' },
    exit: 3,
    status: 500,
  },
  DD_ALREADY_RUNNING: {
    what: {
      en: 'A lab already runs with the folder {data} (process {pid}).',
      ja: 'フォルダー {data} を使うラボがすでに動いています(プロセス {pid})。',
    },
    next: {
      en: 'Stop that one, or choose another folder with --data.',
      ja: 'そのラボを終了するか、--data で別のフォルダーを指定してください。',
    },
    exit: 3,
    status: 500,
  },
  DD_LAUNCHER_START: {
    what: {
      en: 'The service that runs the Docker hosts did not start: {detail}',
      ja: 'Docker ホストを動かすサービスが起動しませんでした: {detail}',
    },
    next: { en: 'Its log: {log}', ja: 'ログ: {log}' },
    exit: 3,
    status: 500,
  },
  DD_LAUNCHER_DIED: {
    what: {
      en: 'The service that runs the Docker hosts ended by itself; the lab was stopped.',
      ja: 'Docker ホストを動かすサービスが終了したため、ラボを停止しました。',
    },
    next: { en: 'Start the lab again. Its log: {log}', ja: 'ラボをもう一度起動してください。ログ: {log}' },
    exit: 3,
    status: 500,
  },
  DD_WEB_START: {
    what: {
      en: 'The web server did not start: {detail}',
      ja: 'Web サーバーが起動しませんでした: {detail}',
    },
    next: { en: 'Its log: {log}', ja: 'ログ: {log}' },
    exit: 3,
    status: 500,
  },
  DD_WEB_DIED: {
    what: {
      en: 'The web server ended by itself; the lab was stopped: {detail}',
      ja: 'Web サーバーが終了したため、ラボを停止しました: {detail}',
    },
    next: {
      en: 'Start the lab again; files and progress are kept. Its log: {log}',
      ja: 'ラボをもう一度起動してください。ファイルと進捗は残っています。ログ: {log}',
    },
    exit: 3,
    status: 500,
  },
  DD_ENGINE_SOCKET: {
    what: {
      en: 'The web server runs without root, and no group may use the engine’s socket {path}.',
      ja: 'Web サーバーは root では動かず、エンジンのソケット {path} を使えるグループもありません。',
    },
    next: {
      en: 'Give the socket to a group (usual: docker, mode 0660), or start as a user who may use it.',
      ja: 'ソケットをグループ(通常は docker、モード 0660)に渡すか、使用権のあるユーザーで起動してください。',
    },
    exit: 3,
    status: 500,
  },
  DD_COMMAND_LINE: {
    what: { en: '{detail}', ja: 'コマンドの指定が正しくありません: {detail}' },
    next: { en: 'See: npx drydock {verb} --help', ja: '使い方: npx drydock {verb} --help' },
    exit: 2,
    status: 400,
  },
  DD_LESSON_NAME: {
    what: { en: 'There is no lesson “{lesson}”.', ja: 'レッスン「{lesson}」はありません。' },
    next: {
      en: '{suggestion, select, none {} other {Did you mean {suggestion}? }}The lessons are: {known}',
      ja: '{suggestion, select, none {} other {{suggestion} のことですか? }}レッスン: {known}',
    },
    exit: 2,
    status: 404,
  },
  DD_FILE_UNREADABLE: {
    what: { en: 'This could not be read: {path} ({detail})', ja: '読み取れません: {path}({detail})' },
    next: {
      en: 'Look at its owner and mode. Every file of the folder is part of the workspace.',
      ja: '所有者とモードを確認してください。フォルダー内のファイルはすべてワークスペースの一部です。',
    },
    exit: 2,
    status: 400,
  },
  DD_OUTPUT: {
    what: {
      en: 'The report could not be written to {path}: {detail}',
      ja: 'レポートを {path} に書けませんでした: {detail}',
    },
    next: {
      en: 'Name a file in a folder that exists.',
      ja: '存在するフォルダー内のファイルを指定してください。',
    },
    exit: 2,
    status: 400,
  },
  DD_CONFIG_FLAG: {
    what: { en: 'There is no option {flag}.', ja: 'オプション {flag} はありません。' },
    next: {
      en: '{suggestion, select, none {The options are: {options}.} other {Did you mean {suggestion}? The options are: {options}.}}',
      ja: '{suggestion, select, none {使えるオプション: {options}} other {{suggestion} のことですか? 使えるオプション: {options}}}',
    },
    exit: 2,
    status: 400,
  },
  DD_CONFIG_VALUE: {
    what: { en: '{name} cannot be “{value}”.', ja: '{name} に「{value}」は指定できません。' },
    next: { en: 'It takes {wanted}.', ja: '指定できる値: {wanted}' },
    exit: 2,
    status: 400,
  },
  DD_PROGRESS_CORRUPT: {
    what: {
      en: 'The file with everybody’s work, {file}, is damaged ({detail}). It was kept as {aside}.',
      ja: '作業内容のファイル {file} が壊れています({detail})。{aside} として保管しました。',
    },
    next: {
      en: 'Put a backup in its place, or start again to begin with an empty one.',
      ja: 'バックアップを元の場所に戻すか、もう一度起動して空の状態から始めてください。',
    },
    exit: 3,
    status: 500,
  },
  DD_PROGRESS_NEWER: {
    what: {
      en: '{file} was written by a newer Drydock (format {found}, this one knows {known}).',
      ja: '{file} はより新しい Drydock が書いたものです(形式 {found}、この版は {known} まで)。',
    },
    next: {
      en: 'Start the newer Drydock, or choose another folder with --data.',
      ja: '新しい Drydock を使うか、--data で別のフォルダーを指定してください。',
    },
    exit: 2,
    status: 500,
  },
  DD_PROGRESS_IN_USE: {
    what: { en: 'Another Drydock is using {file}.', ja: '別の Drydock が {file} を使用中です。' },
    next: {
      en: 'Stop it, or choose another folder with --data.',
      ja: 'それを終了するか、--data で別のフォルダーを指定してください。',
    },
    exit: 2,
    status: 500,
  },
  DD_BUSY: {
    what: {
      en: '{activity, select, building {A build} checking {A check} other {Something}} is already running.',
      ja: '{activity, select, building {ビルド} checking {チェック} other {処理}}がすでに実行中です。',
    },
    next: { en: 'Wait until it is done, or press Stop.', ja: '終わるまで待つか、停止してください。' },
    exit: 2,
    status: 409,
  },
  DD_NOTHING_TO_STOP: {
    what: { en: 'Nothing is running.', ja: '実行中のものはありません。' },
    next: { en: 'Press Build & Run first.', ja: '先に「ビルドして実行」を押してください。' },
    exit: 2,
    status: 409,
  },
  DD_BERTH_DIED: {
    what: {
      en: 'Your Docker host ended{detail, select, none {} other {: {detail}}}.',
      ja: 'あなたの Docker ホストが終了しました{detail, select, none {} other {: {detail}}}。',
    },
    next: {
      en: 'Ask for a new one. Your files are safe; containers and images are not.',
      ja: '新しいホストを要求してください。ファイルは残っていますが、コンテナとイメージは失われました。',
    },
    exit: 3,
    status: 500,
  },
  DD_BERTH_START: {
    what: {
      en: 'A Docker host for the lesson could not be started: {detail}',
      ja: 'レッスン用の Docker ホストを起動できませんでした: {detail}',
    },
    next: {
      en: 'Try again. If it happens again, the launcher’s log has the details.',
      ja: 'もう一度試してください。繰り返す場合はランチャーのログを確認してください。',
    },
    exit: 3,
    status: 503,
  },
  DD_BERTH_FULL: {
    what: {
      en: 'All {capacity} Docker hosts of this lab are in use.',
      ja: 'このラボの Docker ホストは {capacity} 台すべて使用中です。',
    },
    next: {
      en: 'Wait until somebody finishes, or give the launcher a larger --capacity.',
      ja: '誰かが終わるのを待つか、ランチャーの --capacity を増やしてください。',
    },
    exit: 3,
    status: 503,
  },
  DD_BERTH_DISK: {
    what: {
      en: 'The disk that holds {dir} is nearly full ({free} MiB free).',
      ja: '{dir} のあるディスクがほぼ満杯です（空き {free} MiB）。',
    },
    next: {
      en: 'Free some space, or start with --data on another disk.',
      ja: '空き容量を増やすか、--data で別のディスクを指定してください。',
    },
    exit: 3,
    status: 507,
  },
  DD_BAKE_PULL: {
    what: {
      en: 'The official base images could not be pulled: {detail}',
      ja: '公式のベースイメージを取得できませんでした: {detail}',
    },
    next: {
      en: 'DRYDOCK_BASE_IMAGES=built makes them from Debian’s and npm’s packages instead; DRYDOCK_REGISTRY_MIRROR=URL asks another registry first.',
      ja: 'DRYDOCK_BASE_IMAGES=built なら Debian と npm のパッケージから作ります。DRYDOCK_REGISTRY_MIRROR=URL で別のレジストリに先に問い合わせます。',
    },
    exit: 3,
    status: 503,
  },
  DD_BAKE_IMAGES: {
    what: {
      en: 'The base images could not be built: {detail}',
      ja: 'ベースイメージを作成できませんでした: {detail}',
    },
    next: {
      en: 'Start again: what was finished is kept. Private Docker hosts need a kernel from 5.12 on that lets root make user namespaces; a chroot does not allow it.',
      ja: 'もう一度起動してください。終わった部分は残っています。専用の Docker ホストには、root がユーザー名前空間を作れる 5.12 以降のカーネルが必要です（chroot の中では作れません）。',
    },
    exit: 3,
    status: 503,
  },
  DD_NOT_BAKED: {
    what: {
      en: 'The images that lessons run on are not in {cache}.',
      ja: 'レッスンで使うイメージが {cache} にありません。',
    },
    next: { en: 'Run npm start once: it makes them.', ja: 'npm start を一度実行すると作られます。' },
    exit: 3,
    status: 503,
  },
  DD_LAUNCHER_GONE: {
    what: {
      en: 'The process that starts Docker hosts cannot be reached: {detail}',
      ja: 'Docker ホストを起動するプロセスに接続できません: {detail}',
    },
    next: { en: 'Start the lab again with npm start.', ja: 'npm start でラボを起動し直してください。' },
    exit: 3,
    status: 503,
  },
  DD_LAUNCHER_LOST: {
    what: {
      en: 'The service that runs the Docker hosts went away.',
      ja: 'Docker ホストを動かすサービスが停止しました。',
    },
    next: {
      en: 'Ask for a new host. If that fails, restart the lab. Your files are safe.',
      ja: '新しいホストを要求してください。失敗する場合はラボを再起動してください。ファイルは残っています。',
    },
    exit: 3,
    status: 500,
  },
  DD_BUILD_INTERRUPTED: {
    what: {
      en: 'The Docker host ended in the middle of the build.',
      ja: 'ビルドの途中で Docker ホストが終了しました。',
    },
    next: {
      en: 'Ask for a new host and build again. Your files are safe.',
      ja: '新しいホストを要求してビルドし直してください。ファイルは残っています。',
    },
    exit: 3,
    status: 500,
  },
  DD_NO_CONTAINER: {
    what: { en: 'No container of yours is running.', ja: 'あなたのコンテナは動いていません。' },
    next: {
      en: 'Press Build & Run first, and look at why it ended if it did.',
      ja: '先に「ビルドして実行」を押してください。すぐ終了した場合は原因を確認してください。',
    },
    exit: 2,
    status: 409,
  },
  DD_TERMINAL_LIMIT: {
    what: { en: 'There are already {limit} terminals.', ja: '端末はすでに {limit} 個あります。' },
    next: { en: 'Close one of them first.', ja: '先にどれかを閉じてください。' },
    exit: 2,
    status: 409,
  },
  DD_TERMINAL_INPUT: {
    what: {
      en: 'The program in the terminal does not read: what you pasted was not sent.',
      ja: '端末のプログラムが入力を読んでいないため、貼り付けた内容は送信されませんでした。',
    },
    next: {
      en: 'Wait until it reads, or end it with Ctrl-C.',
      ja: '読み込むまで待つか、Ctrl-C で終了してください。',
    },
    exit: 2,
    status: 429,
  },
  DD_AGENT_GONE: {
    what: {
      en: 'The terminal service of your Docker host does not answer.',
      ja: 'Docker ホストの端末サービスが応答しません。',
    },
    next: {
      en: 'Ask for a new host. Your files are safe.',
      ja: '新しいホストを要求してください。ファイルは残っています。',
    },
    exit: 3,
    status: 500,
  },
  DD_AGENT_REFUSED: {
    what: {
      en: '{path} could not be written in the terminal’s folder: {detail}',
      ja: '端末側のフォルダーに {path} を書き込めませんでした: {detail}',
    },
    next: {
      en: 'Look at it in the terminal: a folder may have that name, or it may not be yours.',
      ja: '端末で確認してください。同名のフォルダーがあるか、所有者が違う可能性があります。',
    },
    exit: 2,
    status: 409,
  },
  DD_FILE_SKIPPED: {
    what: {
      en: '{path} stays in the terminal only: {reason, select, size {it is too large} binary {it is not text} count {there are too many files} other {its name is not usable here}}.',
      ja: '{path} は端末内にだけ残ります: {reason, select, size {大きすぎます} binary {テキストではありません} count {ファイルが多すぎます} other {ここでは使えない名前です}}。',
    },
    next: {
      en: 'Build & Run and Check will not see it.',
      ja: '「ビルドして実行」とチェックの対象にはなりません。',
    },
    exit: 2,
    status: 413,
  },
  DD_PATH: {
    what: {
      en: 'The name “{path}” cannot be used in a workspace: {reason, select, long {it is too long} characters {it holds invisible or control characters} absolute {names are relative, with / between folders} outside {it leads out of the workspace} empty {it is empty} other {it has an empty part or a lone dot}}.',
      ja: '「{path}」という名前はワークスペースでは使えません: {reason, select, long {長すぎます} characters {見えない文字や制御文字が含まれています} absolute {名前は相対パスで、フォルダーの区切りは / です} outside {ワークスペースの外を指しています} empty {空です} other {空の部分、または「.」だけの部分があります}}。',
    },
    next: { en: 'Choose another name.', ja: '別の名前にしてください。' },
    exit: 2,
    status: 400,
  },
  DD_PATH_TWIN: {
    what: {
      en: '“{path}” and “{other}” cannot both exist: some disks would keep only one of them.',
      ja: '「{path}」と「{other}」は両立できません。ディスクによっては片方しか残りません。',
    },
    next: { en: 'Rename one of them.', ja: 'どちらかの名前を変えてください。' },
    exit: 2,
    status: 409,
  },
  DD_FILE_SIZE: {
    what: {
      en: '{path} has {kib} KiB; {limit} KiB are allowed.',
      ja: '{path} のサイズは {kib} KiB です。上限は {limit} KiB です。',
    },
    next: {
      en: 'Make the file smaller, or keep it outside the workspace.',
      ja: 'ファイルを小さくするか、ワークスペースの外に置いてください。',
    },
    exit: 2,
    status: 413,
  },
  DD_FILE_KIND: {
    what: {
      en: '{path} is neither a file nor a folder nor a link.',
      ja: '{path} はファイルでもフォルダーでもリンクでもありません。',
    },
    next: { en: 'Remove it from the workspace.', ja: 'ワークスペースから取り除いてください。' },
    exit: 2,
    status: 400,
  },
  DD_FOLDER: {
    what: { en: 'There is no folder “{dir}”.', ja: 'フォルダー「{dir}」がありません。' },
    next: {
      en: 'Name the folder that holds the Dockerfile.',
      ja: 'Dockerfile のあるフォルダーを指定してください。',
    },
    exit: 2,
    status: 404,
  },
  DD_WORKSPACE_COUNT: {
    what: {
      en: 'The workspace has more than {limit} files.',
      ja: 'ワークスペースのファイルが {limit} 個を超えています。',
    },
    next: { en: 'Remove what the lesson does not need.', ja: 'レッスンに不要なものを取り除いてください。' },
    exit: 2,
    status: 413,
  },
  DD_WORKSPACE_SIZE: {
    what: {
      en: 'The files of the workspace have {kib} KiB together; {limit} KiB are allowed.',
      ja: 'ワークスペースのファイルは合計 {kib} KiB です。上限は {limit} KiB です。',
    },
    next: { en: 'Remove what the lesson does not need.', ja: 'レッスンに不要なものを取り除いてください。' },
    exit: 2,
    status: 413,
  },
  DD_DOCKERFILE_MISSING: {
    what: { en: 'The workspace has no Dockerfile.', ja: 'ワークスペースに Dockerfile がありません。' },
    next: {
      en: 'Add a file called Dockerfile, or reset the workspace.',
      ja: 'Dockerfile という名前のファイルを作るか、ワークスペースをリセットしてください。',
    },
    exit: 2,
    status: 400,
  },
  DD_IGNORE_PATTERN: {
    what: {
      en: '{file}, line {line}: “{pattern}” is not a pattern that Docker understands.',
      ja: '{file} の {line} 行目: 「{pattern}」は Docker が理解できるパターンではありません。',
    },
    next: {
      en: 'Close every bracket, and write something after “!”.',
      ja: '角括弧を閉じ、「!」の後にはパターンを書いてください。',
    },
    exit: 2,
    status: 400,
  },
  DD_IGNORE_WILDCARDS: {
    what: {
      en: '{file} has more than {limit} wildcards.',
      ja: '{file} のワイルドカードが {limit} 個を超えています。',
    },
    next: {
      en: 'Name folders instead of each kind of file in them.',
      ja: 'ファイルの種類ごとではなく、フォルダーを指定してください。',
    },
    exit: 2,
    status: 413,
  },
  DD_RUN_MISSING: {
    what: {
      en: '{file} holds no docker run command.',
      ja: '{file} に docker run コマンドがありません。',
    },
    next: {
      en: 'Write one docker run that starts the image {image}.',
      ja: 'イメージ {image} を起動する docker run を 1 つ書いてください。',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_TWICE: {
    what: {
      en: '{file}, line {line}: a second docker run. The first is in line {first}.',
      ja: '{file} の {line} 行目: docker run が 2 つあります。最初のものは {first} 行目です。',
    },
    next: { en: 'Keep one of them.', ja: 'どちらか 1 つにしてください。' },
    exit: 2,
    status: 400,
  },
  DD_RUN_IMAGE: {
    what: {
      en: '{file}, line {line}: {image, select, none {the docker run command names no image} other {the container is made from “{image}”, not from “{expected}”}}.',
      ja: '{file} の {line} 行目: {image, select, none {docker run にイメージ名がありません} other {コンテナのイメージが「{expected}」ではなく「{image}」になっています}}。',
    },
    next: {
      en: 'The image that is built from your Dockerfile is called {expected}. Its name stands after all flags.',
      ja: 'Dockerfile からビルドされるイメージの名前は {expected} です。すべてのフラグの後に書きます。',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_COMMAND: {
    what: {
      en: '{file}, line {line}: “{command}” is not carried out here. {reason, select, sudo {The lab decides who may use the engine; sudo plays no part in it.} assignment {Shell variables are not understood.} global {Options between docker and run are not understood.} continuation {The line before it ends the docker run command: it has no backslash at its end, or a space behind it, or a comment stands in between.} other {The file holds one docker run command, comments, and set -e.}}',
      ja: '{file} の {line} 行目: 「{command}」はここでは実行されません。{reason, select, sudo {誰がエンジンを使えるかはラボが決めるため、sudo は使いません。} assignment {シェル変数には対応していません。} global {docker と run の間のオプションには対応していません。} continuation {前の行で docker run が終わっています。行末に \\ がないか、\\ の後に空白があるか、間にコメントがあります。} other {このファイルに書けるのは、1 つの docker run、コメント、set -e です。}}',
    },
    next: {
      en: '{reason, select, sudo {Write docker run without sudo.} assignment {Write the value where it is used.} global {Write docker run, then its flags.} continuation {End every line but the last with a backslash.} other {Remove the line. In the terminal you can run anything.}}',
      ja: '{reason, select, sudo {sudo を付けずに docker run と書いてください。} assignment {使う場所に値を直接書いてください。} global {docker run の後にフラグを書いてください。} continuation {最後の行以外はすべて \\ で終えてください。} other {その行を削除してください。端末では何でも実行できます。}}',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_OPERATOR: {
    what: {
      en: '{file}, line {line}: the shell operator “{operator}” is not understood here.',
      ja: '{file} の {line} 行目: シェルの演算子「{operator}」はここでは使えません。',
    },
    next: {
      en: 'Leave one plain docker run command. If the character is part of a value, put the value in single quotes.',
      ja: '単純な docker run コマンド 1 つにしてください。値に含まれる文字なら、値を一重引用符で囲んでください。',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_EXPANSION: {
    what: {
      en: '{file}, line {line}: “{text}” is not understood here.',
      ja: '{file} の {line} 行目: 「{text}」はここでは展開できません。',
    },
    next: {
      en: 'Of the shell’s expansions only $PWD, $(pwd), $(id -u) and $(id -g) are known. Write the value itself, or put it in single quotes if it is meant literally.',
      ja: 'シェルの展開のうち使えるのは $PWD、$(pwd)、$(id -u)、$(id -g) だけです。値を直接書くか、文字どおりの意味なら一重引用符で囲んでください。',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_QUOTE: {
    what: {
      en: '{file}, line {line}: {what, select, quote {a quotation mark is opened and never closed} crlf {the line ends as on Windows (CRLF), which sh does not understand} other {a character that no shell command can hold}}.',
      ja: '{file} の {line} 行目: {what, select, quote {引用符が閉じられていません} crlf {行末が Windows 形式 (CRLF) です。sh では解釈できません} other {シェルのコマンドに使えない文字があります}}。',
    },
    next: {
      en: '{what, select, quote {Close it.} crlf {Save the file with Unix line endings (LF).} other {Remove it.}}',
      ja: '{what, select, quote {閉じてください。} crlf {改行コードを LF にして保存してください。} other {取り除いてください。}}',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_FLAG_UNKNOWN: {
    what: {
      en: '{file}, line {line}: docker run has no flag “{flag}”.',
      ja: '{file} の {line} 行目: docker run に「{flag}」というフラグはありません。',
    },
    next: {
      en: '{suggestion, select, none {See docker run --help.} other {Did you mean {suggestion}?}}',
      ja: '{suggestion, select, none {docker run --help を見てください。} other {{suggestion} のことでしょうか。}}',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_FLAG_VALUE: {
    what: {
      en: '{file}, line {line}: {expected, select, nothing {the flag {flag} needs a value} other {“{value}” is not a value for {flag}}}.',
      ja: '{file} の {line} 行目: {expected, select, nothing {フラグ {flag} には値が必要です} other {「{value}」は {flag} の値として使えません}}。',
    },
    next: {
      en: '{expected, select, nothing {Write the value after the flag.} boolean {It is true or false.} number {It is a whole number.} size {It is a number with a unit: 64m, 512m, 1g.} decimal {It is a number such as 0.5 or 2.} duration {It is a time with a unit: 500ms, 10s, 1m.} port {It has the form [address:][host port:]container port[/tcp|/udp], such as 8080:80.} pair {It has the form name=value.} file {It is the name of a file of the workspace, with one name=value a line.} mount {It has the form type=bind,source=…,target=….} volume {It has the form source:target[:ro], the target beginning with /.} capability {One capability for each flag, such as NET_BIND_SERVICE.} ulimit {It has the form name=soft[:hard], such as nofile=1024:2048.} restart {It is no, always, unless-stopped or on-failure[:times].} sysctl {It has the form name=value, and only settings of the container itself: net.…, kernel.msg…, kernel.shm…, kernel.sem, fs.mqueue.….} security {It has the form no-new-privileges, seccomp=… or apparmor=….} network {One network.} host {It has the form name:address.} path {It is an absolute path in the container.} conflict {It contradicts another flag of the same command.} other {See docker run --help.}}',
      ja: '{expected, select, nothing {フラグの後に値を書いてください。} boolean {true か false です。} number {整数です。} size {64m、512m、1g のような単位付きの数です。} decimal {0.5 や 2 のような数です。} duration {500ms、10s、1m のような単位付きの時間です。} port {[アドレス:][ホストのポート:]コンテナのポート[/tcp|/udp] の形です。例: 8080:80} pair {名前=値 の形です。} file {1 行に 1 つ 名前=値 を書いた、ワークスペース内のファイル名です。} mount {type=bind,source=…,target=… の形です。} volume {source:target[:ro] の形で、target は / で始まります。} capability {NET_BIND_SERVICE のように、1 つのフラグに 1 つずつ書きます。} ulimit {名前=ソフト[:ハード] の形です。例: nofile=1024:2048} restart {no、always、unless-stopped、on-failure[:回数] のいずれかです。} sysctl {名前=値 の形で、コンテナ自身の設定 (net.…、kernel.msg…、kernel.shm…、kernel.sem、fs.mqueue.…) に限られます。} security {no-new-privileges、seccomp=…、apparmor=… の形です。} network {ネットワークは 1 つです。} host {名前:アドレス の形です。} path {コンテナ内の絶対パスです。} conflict {同じコマンドの別のフラグと矛盾しています。} other {docker run --help を見てください。}}',
    },
    exit: 2,
    status: 400,
  },
  DD_RUN_FLAG_REFUSED: {
    what: {
      en: '{file}, line {line}: {flag} is refused. {reason, select, privileged {A privileged container is root on its Docker host.} namespace {Sharing a namespace of the Docker host removes a wall around the container.} network {The lesson grades a container with a network of its own.} device {The container would reach a device of its Docker host.} bind {The container would reach files of its Docker host outside the workspace.} socket {Whoever holds the Docker socket is root on the Docker host, also when it is mounted read-only.} limits {The container would leave the limits that the lab sets.} runtime {The lesson grades containers of the engine’s own runtime.} unconfined {It takes away a protection that every container has.} help {It only prints a help text.} other {Drydock does not carry it out.}}',
      ja: '{file} の {line} 行目: {flag} は使えません。{reason, select, privileged {特権コンテナは Docker ホストの root と同じです。} namespace {Docker ホストの名前空間を共有すると、コンテナを囲む壁が 1 つなくなります。} network {このレッスンで採点するのは、自分のネットワークを持つコンテナです。} device {コンテナから Docker ホストのデバイスに手が届いてしまいます。} bind {コンテナからワークスペースの外にある Docker ホストのファイルに手が届いてしまいます。} socket {Docker ソケットを持つ者は、読み取り専用でマウントした場合でも、Docker ホストの root です。} limits {ラボが定めた制限の外に出てしまいます。} runtime {採点するのは、エンジン標準のランタイムで動くコンテナです。} unconfined {どのコンテナにもある保護を外してしまいます。} help {ヘルプを表示するだけのフラグです。} other {Drydock では実行できません。}}',
    },
    next: {
      en: 'The lesson can be solved without it. In the terminal you may try anything.',
      ja: 'このフラグなしで解けます。端末では何でも試せます。',
    },
    exit: 2,
    status: 400,
  },
  DD_PROBE: {
    what: {
      en: 'The lab could not look at the container: {detail}',
      ja: 'ラボがコンテナを調べられませんでした: {detail}',
    },
    next: {
      en: 'Check again. Your files are not the reason.',
      ja: 'もう一度チェックしてください。原因はあなたのファイルではありません。',
    },
    exit: 3,
    status: 500,
  },
  DD_LESSON_INVALID: {
    what: {
      en: 'The data of a lesson is not right:\n{problems}',
      ja: 'レッスンのデータに誤りがあります:\n{problems}',
    },
    next: { en: 'Correct the lines named above.', ja: '上に示した行を直してください。' },
    exit: 2,
    status: 500,
  },
  DD_LESSON_UNKNOWN: {
    what: { en: 'There is no lesson “{lesson}”.', ja: 'レッスン「{lesson}」はありません。' },
    next: { en: 'Choose one from the start page.', ja: 'トップページから選んでください。' },
    exit: 2,
    status: 404,
  },
  DD_LESSON_NEEDS_BERTH: {
    what: {
      en: 'This lesson needs a Docker host of its own: its private registry cannot be reached from the engine that was given.',
      ja: 'このレッスンには専用の Docker ホストが必要です。指定されたエンジンからは非公開レジストリーに届きません。',
    },
    next: {
      en: 'Start the lab without --engine on Linux as root, or with docker compose up.',
      ja: 'Linux で root として --engine なしで起動するか、docker compose up を使ってください。',
    },
    exit: 3,
    status: 409,
  },
  DD_STOPPING: {
    what: { en: 'The lab is stopping.', ja: 'ラボは停止中です。' },
    next: {
      en: 'Start it again; your files are safe.',
      ja: 'もう一度起動してください。ファイルは残っています。',
    },
    exit: 3,
    status: 503,
  },
  DD_IMAGE_BROKEN: {
    what: {
      en: 'The saved image cannot be read: {detail}',
      ja: '保存されたイメージを読み取れません: {detail}',
    },
    next: {
      en: 'Build it again. If it happens again, the Docker engine is damaged: reset the lesson.',
      ja: 'もう一度ビルドしてください。繰り返す場合は Docker エンジンが壊れています。レッスンをリセットしてください。',
    },
    exit: 3,
    status: 502,
  },
  DD_IMAGE_TOO_LARGE: {
    what: {
      en: 'The image is too large to examine: {what} (at most {limit})',
      ja: 'イメージが大きすぎて検査できません: {what}（上限 {limit}）',
    },
    next: {
      en: 'Make the image smaller: copy only what the app needs.',
      ja: 'アプリに必要なものだけをコピーして、イメージを小さくしてください。',
    },
    exit: 2,
    status: 413,
  },
  DD_OUTPUT_CUT: {
    what: {
      en: 'The container printed more than {limit} KiB; the rest is not shown here.',
      ja: 'コンテナの出力が {limit} KiB を超えたため、残りはここには表示されません。',
    },
    next: {
      en: 'Type docker logs web in the terminal to see all of it.',
      ja: '全体を見るには端末で docker logs web と入力してください。',
    },
    exit: 2,
    status: 413,
  },
  DD_CANCELLED: {
    what: { en: 'It was stopped.', ja: '停止しました。' },
    next: { en: 'Start it again when you like.', ja: 'いつでもやり直せます。' },
    exit: 3,
    status: 409,
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
