import { type Language, say, type Text, type TextVars } from '../../../backend/protocol/language.ts'

/** Every word of the site that is not a lesson's own. A missing language is a type error. */
export const CATALOG = {
  'site.tagline': {
    en: 'Container security, learned on a real Docker engine',
    ja: '本物の Docker エンジンで学ぶコンテナセキュリティ',
  },
  'site.skip': { en: 'Skip to the content', ja: '本文へ移動' },
  'site.language': { en: 'Language', ja: '言語' },
  'site.theme': {
    en: 'Colours: {theme, select, dark {dark} light {light} other {as the system}}',
    ja: '配色: {theme, select, dark {ダーク} light {ライト} other {システムに合わせる}}',
  },
  'site.home': { en: 'Drydock, all lessons', ja: 'Drydock、レッスン一覧' },

  'home.title': { en: 'Break a container. Repair it. Prove it.', ja: 'コンテナを破る。直す。証明する。' },
  'home.lead': {
    en: 'Drydock gives you a Docker host of your own. In each lesson you attack a real container, repair its Dockerfile, and a checker builds your files afresh and shows its evidence.',
    ja: 'Drydock では、あなた専用の Docker ホストを使います。レッスンごとに本物のコンテナを攻撃し、Dockerfile を直し、チェッカーがファイルを一からビルドして証拠を示します。',
  },
  'home.start': { en: 'Start with lesson one', ja: '最初のレッスンを始める' },
  'home.resume': { en: 'Continue: {title}', ja: '続きから: {title}' },
  'home.again': { en: 'Everything is done. Take one again', ja: 'すべて完了しました。もう一度解く' },
  'home.know': {
    en: 'You need nothing but docker build and docker run.',
    ja: '必要な知識は docker build と docker run だけです。',
  },
  'home.step.break': { en: 'See it break', ja: '破る' },
  'home.step.break.text': {
    en: 'Your attack succeeds first, on a host that is yours alone. Nothing is simulated.',
    ja: 'まずは攻撃を成功させます。あなただけのホストなので、何も疑似環境ではありません。',
  },
  'home.step.fix': { en: 'Fix it', ja: '直す' },
  'home.step.fix.text': {
    en: 'Edit the Dockerfile and the run command, build, look around in the terminal.',
    ja: 'Dockerfile と実行コマンドを編集し、ビルドして、ターミナルで確かめます。',
  },
  'home.step.prove': { en: 'Prove it', ja: '証明する' },
  'home.step.prove.text': {
    en: 'The verdict comes from the kernel, the engine and the image’s bytes, not from a search in your file.',
    ja: '判定の根拠はカーネル、エンジン、イメージの中身です。ファイルの文字列検索ではありません。',
  },
  'home.courses': { en: 'Courses', ja: 'コース' },
  'home.minutes': { en: '{n} min', ja: '約 {n} 分' },
  'home.goals': { en: '{n, plural, one {# goal} other {# goals}}', ja: '目標 {n} 件' },
  'home.passed': { en: 'Passed', ja: '合格' },
  'home.none': { en: 'No lesson is here yet.', ja: 'まだレッスンがありません。' },

  'notfound.title': { en: 'There is no such page', ja: 'このページはありません' },
  'notfound.text': {
    en: 'The address may be mistyped, or the lesson was renamed.',
    ja: 'アドレスの誤りか、レッスン名の変更が考えられます。',
  },
  'notfound.home': { en: 'All lessons', ja: 'レッスン一覧へ' },

  'lesson.minutes': { en: 'About {n} minutes', ja: '約 {n} 分' },
  'lesson.reading': { en: 'Lesson text', ja: 'レッスン本文' },
  'lesson.workspace': { en: 'Workspace', ja: '作業環境' },
  'lesson.unwritten': {
    en: 'The text of this lesson is not written yet. Its goals and its workspace are below.',
    ja: 'このレッスンの本文はまだありません。目標と作業環境は使えます。',
  },
  'lesson.next': { en: 'Next lesson: {title}', ja: '次のレッスン: {title}' },
  'lesson.last': { en: 'That was the last lesson. See all lessons', ja: '最後のレッスンでした。一覧へ' },
  'lesson.noscript': {
    en: 'The workspace needs JavaScript. The text can be read without it.',
    ja: '作業環境には JavaScript が必要です。本文はそのまま読めます。',
  },
  'lesson.divider.columns': { en: 'Width of the text', ja: '本文の幅' },
  'lesson.divider.rows': { en: 'Height of the editor', ja: 'エディターの高さ' },
  'lesson.panes': {
    en: '{key} moves between text, editor and terminal',
    ja: '{key} で本文・エディター・ターミナルを移動',
  },

  'code.copy': { en: 'Copy', ja: 'コピー' },
  'code.copied': { en: 'Copied', ja: 'コピーしました' },
  'code.run': { en: 'Run in terminal', ja: 'ターミナルで実行' },
  'note.note': { en: 'Note', ja: '補足' },
  'note.tip': { en: 'Tip', ja: 'ヒント' },
  'note.important': { en: 'Important', ja: '重要' },
  'note.warning': { en: 'Careful', ja: '注意' },
  'note.caution': { en: 'Danger', ja: '危険' },

  'action.run': { en: 'Build & Run', ja: 'ビルドして実行' },
  'action.stop': { en: 'Stop', ja: '停止' },
  'action.check': { en: 'Check', ja: 'チェック' },
  'action.resetFile': { en: 'Reset {path}', ja: '{path} を元に戻す' },
  'action.resetAll': { en: 'Reset all files', ja: 'すべてのファイルを元に戻す' },
  'action.resetAll.ask': {
    en: 'All files go back to what the lesson began with. Your changes in them are lost. Go on?',
    ja: 'すべてのファイルがレッスン開始時の内容に戻り、変更は失われます。続けますか？',
  },
  'action.more': { en: 'More', ja: 'その他' },
  'action.cancel': { en: 'Cancel', ja: 'キャンセル' },
  'action.dismiss': { en: 'Dismiss', ja: '閉じる' },
  'action.renew': { en: 'Start a new Docker host', ja: '新しい Docker ホストを起動' },
  'action.screenReader': { en: 'Screen reader mode', ja: 'スクリーンリーダーモード' },
  'action.newFile': { en: 'New file', ja: '新しいファイル' },
  'action.newFile.ask': {
    en: 'Name of the new file, for example .dockerignore',
    ja: '新しいファイルの名前（例: .dockerignore）',
  },
  'action.create': { en: 'Create', ja: '作成' },

  'phase.connecting': { en: 'Connecting…', ja: '接続中…' },
  'phase.waiting': {
    en: 'Waiting for a Docker host{position, plural, =0 {…} other { (place # in the queue)}}',
    ja: 'Docker ホストの空きを待っています{position, plural, =0 {…} other {（{position} 番目）}}',
  },
  'phase.starting': { en: 'Your Docker host starts…', ja: 'Docker ホストを起動しています…' },
  'phase.ready': { en: 'Ready', ja: '準備完了' },
  'phase.building': { en: 'Building…', ja: 'ビルド中…' },
  'phase.running': { en: 'The container runs', ja: 'コンテナ実行中' },
  'phase.checking': { en: 'Checking…', ja: 'チェック中…' },
  'phase.ended': { en: 'The Docker host has ended', ja: 'Docker ホストは終了しました' },
  'phase.ended.files': { en: 'Your files are kept.', ja: 'ファイルは保存されています。' },
  'engine.given': {
    en: 'An engine that was given to the lab, without the isolation of an own host',
    ja: '指定されたエンジンを使用中（専用ホストの隔離なし）',
  },
  'engine.given.short': { en: 'Given engine', ja: '指定エンジン' },

  'connection.lost': { en: 'Connection lost. Trying again…', ja: '接続が切れました。再接続しています…' },
  'connection.lost.unsaved': {
    en: 'Connection lost. Trying again; your edits are kept.',
    ja: '接続が切れました。再接続中です。編集内容は失われません。',
  },
  'connection.back': { en: 'Connected again.', ja: '再接続しました。' },
  'connection.now': { en: 'Try now', ja: '今すぐ再接続' },
  'connection.closed': {
    en: 'There is no connection to the server right now.',
    ja: '現在サーバーに接続されていません。',
  },
  'connection.closed.next': {
    en: 'It is tried again by itself. Your edits are kept.',
    ja: '自動的に再接続します。編集内容は保持されています。',
  },

  'files.tabs': { en: 'Files', ja: 'ファイル' },
  'files.unsaved': { en: 'not saved yet', ja: '未保存' },
  'files.changed': { en: 'changed since the lesson began', ja: '開始時から変更あり' },
  'page.part': { en: 'A part of this page could not be loaded.', ja: 'ページの一部を読み込めませんでした。' },
  'page.part.next': {
    en: 'Reload the page; your files are kept.',
    ja: 'ページを再読み込みしてください。ファイルは保存されています。',
  },
  'files.loading': { en: 'The editor is loading…', ja: 'エディターを読み込んでいます…' },
  'files.saved': { en: 'Saved', ja: '保存済み' },
  'files.saving': { en: 'Saving…', ja: '保存中…' },
  'files.notice.terminal': {
    en: '{path} was changed in the terminal.',
    ja: '{path} がターミナルで変更されました。',
  },
  'files.notice.tab': { en: '{path} was changed in another tab.', ja: '{path} が別のタブで変更されました。' },
  'files.notice.reset': {
    en: '{path} is as it was at the beginning.',
    ja: '{path} を開始時の内容に戻しました。',
  },
  'files.notice.appeared': { en: '{path} is new.', ja: '{path} が追加されました。' },
  'files.notice.deleted': { en: '{path} was deleted.', ja: '{path} が削除されました。' },
  'files.notice.conflict': {
    en: '{path} was changed elsewhere while you typed. Your text was kept.',
    ja: '入力中に {path} が別の場所で変更されました。あなたの内容を残しています。',
  },
  'files.notice.displaced': {
    en: 'A newer change of {path} replaced your text.',
    ja: '{path} は新しい変更で置き換えられました。',
  },
  'files.take.theirs': { en: 'Use the other version', ja: 'もう一方の内容を使う' },
  'files.take.mine': { en: 'Bring my text back', ja: '自分の内容に戻す' },
  'files.take.deleted': { en: 'Bring it back', ja: '元に戻す' },
  'files.tooLong': { en: '{path} is too long to be saved.', ja: '{path} は大きすぎて保存できません。' },
  'files.tooLong.next': {
    en: 'Make it smaller, or keep it outside the workspace.',
    ja: '小さくするか、ワークスペースの外に置いてください。',
  },

  'panel.build': { en: 'Build log', ja: 'ビルドログ' },
  'panel.output': { en: 'Container output', ja: 'コンテナの出力' },
  'panel.shell': { en: 'Shell{n, plural, =1 {} other { #}}', ja: 'シェル{n, plural, =1 {} other { #}}' },
  'panel.container': {
    en: 'Container shell{n, plural, =1 {} other { #}}',
    ja: 'コンテナ内{n, plural, =1 {} other { #}}',
  },
  'panel.newShell': { en: 'New shell', ja: '新しいシェル' },
  'panel.newContainer': { en: 'Shell in the container', ja: 'コンテナ内のシェル' },
  'panel.newContainer.off': {
    en: 'Build and run first: there is no container yet',
    ja: '先にビルドして実行してください',
  },
  'panel.close': { en: 'Close {name}', ja: '{name} を閉じる' },
  'panel.tabs': { en: 'Output and terminals', ja: '出力とターミナル' },
  'panel.find': { en: 'Find in terminal', ja: 'ターミナル内を検索' },
  'panel.find.none': { en: 'Nothing found', ja: '見つかりません' },

  'build.empty': {
    en: 'Build & Run builds the image web and runs run.sh. The steps appear here.',
    ja: '「ビルドして実行」でイメージ web をビルドし、run.sh を実行します。ここに手順が表示されます。',
  },
  'build.cached': { en: 'cached', ja: 'キャッシュ' },
  'build.running': { en: 'Building…', ja: 'ビルド中…' },
  'build.built': { en: 'Built in {time}', ja: 'ビルド完了（{time}）' },
  'build.failed': { en: 'The build failed after {time}', ja: 'ビルド失敗（{time}）' },
  'build.failedLine': { en: 'Dockerfile, line {line}', ja: 'Dockerfile {line} 行目' },
  'build.cancelled': { en: 'The build was cancelled', ja: 'ビルドは中止されました' },
  'build.cut': {
    en: '{n, plural, one {# earlier line is} other {# earlier lines are}} not shown',
    ja: '前の {n} 行は省略しています',
  },
  'build.here': { en: 'The build failed here', ja: 'ビルドはここで失敗しました' },

  'output.empty': {
    en: 'What the container of run.sh prints appears here.',
    ja: 'run.sh のコンテナの出力がここに表示されます。',
  },
  'output.silent': { en: 'It has printed nothing yet.', ja: 'まだ何も出力していません。' },
  'output.exited': {
    en: 'The container ended with exit code {code}.',
    ja: 'コンテナは終了コード {code} で終了しました。',
  },
  'output.oom': {
    en: 'The container was killed: it used more memory than it may.',
    ja: 'コンテナはメモリの上限を超えたため終了されました。',
  },
  'output.port': { en: 'port {host} → {container}', ja: 'ポート {host} → {container}' },

  'terminal.opening': { en: 'Opening…', ja: '開いています…' },
  'terminal.ended': {
    en: 'This shell has ended. Press Enter for a new one.',
    ja: 'シェルは終了しました。Enter で新しいシェルを開きます。',
  },
  'terminal.replaced': {
    en: 'The earlier shell is gone; this is a new one.',
    ja: '以前のシェルは終了しています。新しいシェルです。',
  },
  'terminal.away': {
    en: 'No connection: what you type is not sent.',
    ja: '接続がありません。入力は送信されません。',
  },
  'terminal.label': { en: 'Terminal: {name}. F6 leaves it.', ja: 'ターミナル: {name}。F6 で抜けます。' },
  'editor.label': { en: 'Editor: {path}. F6 leaves it.', ja: 'エディター: {path}。F6 で抜けます。' },

  'goals.title': { en: 'Goals', ja: '目標' },
  'goals.count': { en: '{passed} of {all}', ja: '{all} 件中 {passed} 件' },
  'goals.hint.press': {
    en: 'Press Check when you think it holds.',
    ja: 'できたと思ったら「チェック」を押してください。',
  },
  'goals.expected': { en: 'Expected', ja: '期待' },
  'goals.observed': { en: 'Observed', ja: '観測' },
  'goals.evidence': { en: 'Evidence', ja: '証拠' },
  'goals.hint': { en: 'Hint', ja: 'ヒント' },
  'goals.where': { en: '{file}, line {line}', ja: '{file} {line} 行目' },
  'goals.status.open': { en: 'not checked yet', ja: '未チェック' },
  'goals.status.checking': { en: 'being checked', ja: 'チェック中' },
  'goals.status.passed': { en: 'passed', ja: '合格' },
  'goals.status.failed': { en: 'not yet', ja: '未達成' },
  'goals.status.skipped': { en: 'cannot be shown on this host', ja: 'このホストでは確認できません' },
  'goals.status.error': { en: 'the lab could not tell', ja: 'ラボ側の問題で判定できません' },
  'goals.stale': {
    en: 'The files have changed since this check.',
    ja: 'このチェックの後にファイルが変更されています。',
  },
  'goals.passed': { en: 'Lesson passed.', ja: 'レッスン合格です。' },
  'goals.passed.text': {
    en: 'Every goal held on a fresh build, in {seconds} s.',
    ja: '新しいビルドですべての目標を確認しました（{seconds} 秒）。',
  },
  'goals.passed.before': { en: 'You have passed this lesson before.', ja: 'このレッスンには合格済みです。' },
  'goals.failed': {
    en: '{n, plural, one {# goal does not hold yet} other {# goals do not hold yet}}.',
    ja: '未達成の目標が {n} 件あります。',
  },
  'goals.announce': { en: '{title}: {status}. {observed}', ja: '{title}: {status}。{observed}' },
  'stage.berth': { en: 'A fresh Docker host starts', ja: '新しい Docker ホストを起動中' },
  'stage.build': { en: 'Your files are built afresh', ja: 'ファイルを一からビルド中' },
  'stage.run': { en: 'run.sh is run', ja: 'run.sh を実行中' },
  'stage.probe': { en: 'The kernel and the engine are asked', ja: 'カーネルとエンジンを調査中' },
  'stage.search': { en: 'The image’s bytes are searched', ja: 'イメージの中身を検索中' },
} as const satisfies Record<string, Text>

export type Key = keyof typeof CATALOG
export type Translate = (key: Key, vars?: TextVars) => string

export function translator(language: Language): Translate {
  return (key, vars) => say(CATALOG[key], language, vars)
}
