import { posix } from 'node:path'
import { searchSecret } from '../../image/index.ts'
import { packageFiles, type RegistryLog, type RegistryRequest } from '../../registry/registry.ts'
import type { Evaluator } from '../evaluator.ts'
import { readContainerTree } from '../image-file.ts'
import type { KernelFacts } from '../kernel.ts'
import type { Subject } from '../subject.ts'

const TEXT = {
  expected: {
    en: 'This build fetched {name} from registry.lab with this build’s token, and the app uses the very files that the registry gave out.',
    ja: 'このビルドが自分のトークンで registry.lab から {name} を取得し、アプリはレジストリーが渡したファイルそのものを使っている。',
  },
  fine: {
    en: 'registry.lab gave {name} to this build’s token, and {path} in the image holds what it gave: the mark {nonce} that it made for this build alone.',
    ja: 'registry.lab はこのビルドのトークンに {name} を渡し、イメージの {path} にはその中身があります。このビルドのためだけに作られた印 {nonce} が入っています。',
  },
  unreachable: {
    en: 'Builds on this engine cannot reach registry.lab, so nothing can be said here.',
    ja: 'このエンジンのビルドは registry.lab に届かないため、ここでは判定できません。',
  },
  untouched: {
    en: 'The build never asked registry.lab for {name}.',
    ja: 'ビルドは registry.lab に {name} を一度も要求していません。',
  },
  refused: {
    en: 'The build asked registry.lab for {name}, but not with this build’s token: the registry refused.',
    ja: 'ビルドは registry.lab に {name} を要求しましたが、このビルドのトークンではなかったため拒否されました。',
  },
  hardcoded: {
    en: 'The app uses {path}, and that is not what registry.lab gave out: this build’s mark is not in it. A package of that name was put in its place.',
    ja: 'アプリが使う {path} は registry.lab が渡したものではなく、このビルドの印がありません。同じ名前の別のパッケージが置かれています。',
  },
  absent: {
    en: 'registry.lab gave {name} to the build, but it is not in the final image.',
    ja: 'registry.lab はビルドに {name} を渡しましたが、最終的なイメージに入っていません。',
  },
}

export const secretUsed: Evaluator<'secret-used'> = {
  expected: (goal) => [TEXT.expected, { name: goal.package }],

  async evaluate(goal, subject) {
    const log = subject.given.registry
    if (!log) return { status: 'skipped', observed: [TEXT.unreachable], evidence: [] }
    const name = goal.package
    const image = subject.image
    const requests = log.requests()
    const evidence = requests.slice(-20).map(describeRequest)
    const asked = requests.filter((request) => namesPackage(request, name))
    const fetched = asked.some(
      (request) => request.authorized && request.status === 200 && request.path.endsWith('.tgz'),
    )
    const place = subject.given.dockerfile.instructions.findLast(
      ({ keyword, argument }) => keyword === 'RUN' && /\b(npm|npx|pnpm|yarn|curl|wget)\b/.test(argument),
    )
    const where = place && subject.given.dockerfile.where(place.line)
    const installed = await findPackage(subject, name, log)
    evidence.push(
      ...installed.map(
        ({ path, genuine }) => `${path}: ${genuine ? `holds ${log.nonce}` : `does not hold ${log.nonce}`}`,
      ),
    )
    const wrong = installed.find(({ genuine }) => !genuine)
    if (wrong) return { status: 'failed', observed: [TEXT.hardcoded, { path: wrong.path }], evidence, where }
    if (!fetched)
      return {
        status: 'failed',
        observed: [asked.length > 0 ? TEXT.refused : TEXT.untouched, { name }],
        evidence,
        where,
      }
    const path = installed[0]?.path ?? (await bundledIn(subject, image.id, log))
    if (!path) return { status: 'failed', observed: [TEXT.absent, { name }], evidence, where }
    return { status: 'passed', observed: [TEXT.fine, { name, path, nonce: log.nonce }], evidence }
  },
}

function describeRequest({ method, path, status, authorized }: RegistryRequest): string {
  return `registry.lab: ${method} ${path} ${status}${authorized ? ', with this build’s token' : ', without this build’s token'}`
}

function namesPackage(request: RegistryRequest, name: string): boolean {
  return decodeURIComponent(request.path.replace(/%(?![0-9a-f]{2})/gi, '%25')).startsWith(`/${name}`)
}

/** The package in every place where Node would look for it from the app's folders, nearest first; the nearest is the one used. */
async function findPackage(
  subject: Subject,
  name: string,
  log: RegistryLog,
): Promise<{ path: string; genuine: boolean }[]> {
  const folders = appFolders(await subject.kernel())
  const container = await subject.engine.create({
    image: subject.image.id,
    entrypoint: ['/'],
    network: 'none',
  })
  try {
    for (const folder of folders) {
      const path = posix.join(folder, 'node_modules', name)
      const files = await readContainerTree(subject.engine, container, path)
      if (files.size > 0) return [{ path, genuine: log.receipts().some((receipt) => isCopy(files, receipt)) }]
    }
    return []
  } finally {
    await subject.engine.remove(container)
  }
}

/** Byte for byte the copy that the registry gave out with this receipt. */
function isCopy(files: ReadonlyMap<string, Buffer>, receipt: string): boolean {
  return [...packageFiles(receipt)].every(([name, content]) =>
    [...files].some(([path, found]) => path.endsWith(`/${name}`) && found.equals(content)),
  )
}

/** The folders of the scripts that the container's processes run and their working folders, each with its parents. */
function appFolders(kernel: KernelFacts): string[] {
  const folders = new Set<string>()
  for (const process of kernel.processes) {
    const scripts = process.command.split(' ').filter((word) => /\.[cm]?[jt]s$/.test(word))
    const starts = [
      ...scripts.map((script) => posix.dirname(posix.resolve(process.workingDir || '/', script))),
      process.workingDir,
    ]
    for (const start of starts) {
      if (!start) continue
      for (let folder = start; ; folder = posix.dirname(folder)) {
        folders.add(folder)
        if (folder === '/') break
      }
    }
  }
  return [...folders]
}

/** A file of the final image that holds the nonce: a bundler took the package's text into it. */
async function bundledIn(subject: Subject, image: string, log: RegistryLog): Promise<string | undefined> {
  const archive = await subject.engine.save(image, subject.given.signal)
  const found = await searchSecret(archive, log.nonce, { signal: subject.given.signal })
  const finding = found.find(
    ({ place, deletedLater, header }) => place === 'layer' && !deletedLater && !header,
  )
  return finding && `/${finding.path}`
}
