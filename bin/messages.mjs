/** The texts that can be needed before the lab's own error table can be loaded (Node 20, nothing installed). */
const TEXTS = {
  installing: {
    en: 'Installing npm packages',
    ja: 'npm パッケージをインストールします',
  },
  installDetail: {
    en: '{count} packages that package-lock.json names, with the Node.js that runs Drydock, into {dir} (install scripts are not run)',
    ja: 'package-lock.json に記載された {count} 個のパッケージ（Drydock を動かす Node.js を含む）を {dir} に入れます（インストールスクリプトは実行しません）',
  },
  installProgress: { en: '{done} of {count} packages', ja: '{count} 個中 {done} 個' },
  library: { en: 'Installing a Debian package', ja: 'Debian パッケージをインストールします' },
  libraryDetail: {
    en: '{name}, a library of the C compiler that the Node.js of Drydock needs (from the sources that apt is configured with)',
    ja: '{name}（Drydock の Node.js が必要とする C コンパイラーのライブラリー。apt に設定された取得元から）',
  },
  DD_NODE_LIBRARY: {
    en: 'The Node.js that npm brought does not start here: {detail}\nRun: {command}\nthen the same command again.',
    ja: 'npm が入れた Node.js がここでは起動しません: {detail}\n実行してください: {command}\nその後、同じコマンドをもう一度実行してください。',
  },
  DD_NODE_OLD: {
    en: 'Drydock needs Node.js 20 or newer; this is {version}.\nInstall a newer Node.js and run the same command again.',
    ja: 'Drydock には Node.js 20 以降が必要です（現在は {version}）。\n新しい Node.js を入れて、同じコマンドをもう一度実行してください。',
  },
  DD_NODE_PLATFORM: {
    en: 'npm brings no Node.js for {platform}, and the one here ({version}) is older than 24.\nInstall Node.js 24 or newer and run the same command again.',
    ja: '{platform} 用の Node.js は npm から入手できず、ここにあるもの（{version}）は 24 より古いものです。\nNode.js 24 以降を入れて、同じコマンドをもう一度実行してください。',
  },
  DD_NPM_MISSING: {
    en: 'The command npm was not found.\nInstall npm (it comes with Node.js) and run the same command again.',
    ja: 'npm コマンドが見つかりません。\nnpm（Node.js に付属）を入れて、同じコマンドをもう一度実行してください。',
  },
  DD_NOT_INSTALLED: {
    en: "The npm packages are missing or do not match package-lock.json, and --no-install was given.\nRun 'npm ci' in {dir}, or leave out --no-install.",
    ja: 'npm パッケージがないか、package-lock.json と一致しません。--no-install が指定されているため入れません。\n{dir} で npm ci を実行するか、--no-install を外してください。',
  },
  DD_NPM_OFFLINE: {
    en: 'The npm registry could not be reached: {detail}\nCheck the network (or the proxy in your npm configuration) and run the same command again; nothing is half done.',
    ja: 'npm レジストリに接続できません: {detail}\nネットワーク（または npm のプロキシ設定）を確認して、同じコマンドをもう一度実行してください。途中までの状態は残りません。',
  },
  DD_NPM_FAILED: {
    en: 'npm ci failed: {detail}\nThe whole log: {log}\nRepair what it names and run the same command again; it starts from the beginning.',
    ja: 'npm ci が失敗しました: {detail}\nログ全体: {log}\n原因を取り除いて、同じコマンドをもう一度実行してください。最初からやり直します。',
  },
  DD_NO_SPACE: {
    en: 'There is no space left on the disk that holds {dir}.\nFree at least {needed} and run the same command again.',
    ja: '{dir} のあるディスクに空き容量がありません。\n少なくとも {needed} を空けて、同じコマンドをもう一度実行してください。',
  },
  DD_NOT_WRITABLE: {
    en: '{dir} may not be written by this user.\nRun the same command as the owner of that folder.',
    ja: 'このユーザーには {dir} への書き込み権限がありません。\nフォルダーの所有者として同じコマンドを実行してください。',
  },
}

/** `en` or `ja`, from the environment's locale. */
export function localLanguage(env = process.env) {
  return /^ja/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'ja' : 'en'
}

export function text(key, vars = {}, language = localLanguage()) {
  return TEXTS[key][language].replace(/\{(\w+)\}/g, (_, name) => String(vars[name]))
}

/** A failure that a person can act on. */
export class SetupError extends Error {
  constructor(code, vars = {}) {
    super(text(code, vars))
    this.code = code
  }
}
