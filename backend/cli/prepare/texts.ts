import type { Text } from '../../protocol/language.ts'

/** What the steps before the lab serves say of themselves. */
export const STEPS = {
  packages: {
    title: { en: 'Installing Debian packages', ja: 'Debian パッケージをインストールします' },
    detail: {
      en: '{wanted}. With what they need: {packages}. {sizes}',
      ja: '{wanted}。依存するものを含めて: {packages}。{sizes}',
    },
  },
  packageLists: {
    title: {
      en: 'Looking at what Debian packages are missing',
      ja: '不足している Debian パッケージを調べます',
    },
    detail: { en: '{names}', ja: '{names}' },
  },
  bake: {
    title: {
      en: 'Baking the Docker hosts and their base images',
      ja: 'Docker ホストとベースイメージを作ります',
    },
    detail: {
      en: 'a Debian system with a Docker engine and the images of the lessons, into {cache}; from Debian’s packages and the npm registry, signatures and digests checked, nothing of it is installed on this machine. A few minutes, once',
      ja: 'Docker エンジン入りの Debian とレッスン用のイメージを {cache} に作ります。Debian と npm のパッケージを署名とダイジェストを確かめて使い、このマシン自体には何もインストールしません。数分かかりますが、初回だけです',
    },
  },
  site: {
    title: { en: 'Building the site', ja: 'サイトをビルドします' },
    detail: { en: 'pages and editor, into site/dist', ja: 'ページとエディターを site/dist に作ります' },
  },
  account: {
    title: { en: 'Adding the system user “drydock”', ja: 'システムユーザー「drydock」を追加します' },
    detail: {
      en: 'the web server runs as this user, which has no home, no shell and no password',
      ja: 'Web サーバーはこのユーザーで動きます。ホーム、シェル、パスワードはありません',
    },
  },
} as const satisfies Record<string, { title: Text; detail: Text }>

export const WORDS = {
  imagesBuilt: {
    en: 'base images built from packages',
    ja: 'ベースイメージはパッケージから作成',
  },
  imagesPulled: { en: 'base images pulled: {digests}', ja: 'ベースイメージは取得: {digests}' },
  imagesNotPulled: {
    en: 'base images built from packages, not pulled ({why})',
    ja: 'ベースイメージは取得せずパッケージから作成({why})',
  },
  aptFirst: { en: 'no packages to install', ja: 'インストールするものはありません' },
  serving: { en: 'Drydock is ready at', ja: 'Drydock を開いてください:' },
  howToStop: { en: 'Ctrl-C stops it.', ja: 'Ctrl-C で終了します。' },
  stopping: { en: 'Stopping …', ja: '終了しています …' },
  stoppingHarder: { en: 'Stopping at once …', ja: '強制終了しています …' },
  givenEngine: {
    en: 'Using the engine {url} for one trusting learner: whatever is built and run there runs on that engine, under the label dev.drydock.',
    ja: 'エンジン {url} を、信頼できる一人の学習者のために使います。ビルドと実行はそのエンジン上で行われ、ラベル dev.drydock が付きます。',
  },
} as const satisfies Record<string, Text>
