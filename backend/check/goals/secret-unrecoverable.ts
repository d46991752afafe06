import { examineImage, type Finding, FRAGMENT_CHARACTERS, searchText } from '../../image/index.ts'
import type { Evaluator } from '../evaluator.ts'
import { describeFinding, hide, marksInFiles, pathOf, placeOfFinding, shortId } from '../finding-text.ts'
import { filesFromStages, filesOfRun } from '../layer-files.ts'
import { findSecretFlows } from '../secret-flow.ts'

const TEXT = {
  expected: {
    en: 'This build’s token is in no layer, no history line, no config, no other image and no build record, plain or encoded, whole or in pieces.',
    ja: 'このビルドのトークンが、レイヤー・履歴・設定・ほかのイメージ・ビルドの記録のどこにも、そのままでも符号化や分割をした形でも残っていない。',
  },
  fine: {
    en: 'Searched {layers, plural, one {the layer} other {all # layers}} that this build made, the history, the config, {images, plural, =0 {no other image} one {# other image} other {# other images}} and {records} build records: the token is in none of them.',
    ja: 'このビルドが作った {layers} 個のレイヤー、履歴、設定、ほかのイメージ {images} 個、ビルドの記録 {records} 件を調べました。トークンはどこにもありません。',
  },
  layer: {
    en: 'The token can be read back from a layer: {path}, {encoding}{gone, select, yes {, although a later instruction deletes or overwrites it} other {}}{part, select, yes {, in pieces} other {}}.',
    ja: 'トークンをレイヤーから読み出せます: {path} ({encoding}){gone, select, yes {。あとの命令が消すか上書きしていますが、下のレイヤーには残っています} other {}}{part, select, yes {。断片に分かれています} other {}}。',
  },
  history: {
    en: 'The token stands in the image’s history ({encoding}): docker history shows it to everybody who has the image.',
    ja: 'トークンがイメージの履歴に残っています ({encoding})。イメージを持つ人なら docker history で誰でも見られます。',
  },
  config: {
    en: 'The token stands in the image’s config at {pointer} ({encoding}): docker inspect shows it, and every container gets it.',
    ja: 'トークンがイメージの設定の {pointer} にあります ({encoding})。docker inspect で見え、すべてのコンテナに渡ります。',
  },
  document: {
    en: 'The token stands in a document that travels with the image: {path} ({encoding}).',
    ja: 'トークンが、イメージと一緒に運ばれる文書 {path} にあります ({encoding})。',
  },
  image: {
    en: 'The token can be read back from another image that the build left behind: {id}.',
    ja: 'ビルドが残した別のイメージ {id} からトークンを読み出せます。',
  },
  record: {
    en: 'The token stands in a record of the build cache: {description}',
    ja: 'トークンがビルドキャッシュの記録に残っています: {description}',
  },
  flow: {
    en: 'Line {line} of the Dockerfile makes {path} out of the token, and the file stays in the layer. The search does not find the token in it, and that proves nothing: what is enciphered, or cut into pieces of fewer than {least} characters, no search can find. So it counts how it got there.',
    ja: 'Dockerfile の {line} 行目がトークンから {path} を作り、そのファイルがレイヤーに残っています。検索ではトークンが見つかりませんが、ないことの証明にはなりません。暗号化されたものや {least} 文字より短く分けたものは、どんな検索でも見つけられないからです。そこで、どう入り込んだかで判定します。',
  },
  unsearched: {
    en: 'Part of the image cannot be searched to its end ({reason}), so nobody can say that the token is not in it.',
    ja: 'イメージの一部を最後まで調べられないため ({reason})、トークンが含まれていないとは言えません。',
  },
}

const FINDINGS_SHOWN = 20

export const secretUnrecoverable: Evaluator<'secret-unrecoverable'> = {
  expected: () => [TEXT.expected],

  async evaluate(_goal, subject) {
    const { engine, canary, signal, imagesBefore } = subject.given
    const image = subject.image
    // A layer that was there before the canary was made cannot hold it.
    const skipLayers = new Set<string>()
    for (const before of imagesBefore)
      for (const layer of (await engine.imageInspect(before)).layers) skipLayers.add(layer)
    const search = (id: string) =>
      engine
        .save(id, signal)
        .then((archive) =>
          examineImage(archive, { signal, secret: { canary, fragments: FRAGMENT_CHARACTERS, skipLayers } }),
        )

    const { findings, unsearched, image: read } = await search(image.id)
    const written = marksInFiles(subject)
    if (findings.length > 0) {
      const worst = findings.toSorted((one, other) => rank(one) - rank(other))[0]!
      const evidence = [
        ...findings.slice(0, FINDINGS_SHOWN).map((finding) => describeFinding(subject, finding)),
        ...written.lines,
      ]
      if (findings.length > FINDINGS_SHOWN) evidence.push(`… ${findings.length - FINDINGS_SHOWN} more`)
      return {
        status: 'failed',
        observed: sentence(worst),
        evidence,
        where: placeOfFinding(subject, worst) ?? written.where,
      }
    }
    const hidden = unsearched.filter(({ reason }) => reason !== 'matches')
    if (hidden.length > 0) {
      const evidence = hidden.map(
        ({ reason, count, inside, layer }) =>
          `layer ${layer ?? '-'} ${inside.join(' > ')}: ${reason}, ${count} times`,
      )
      return { status: 'failed', observed: [TEXT.unsearched, { reason: hidden[0]!.reason }], evidence }
    }

    const flows = findSecretFlows(
      subject.given.dockerfile,
      (run) => filesOfRun(subject.given.dockerfile, read, run),
      filesFromStages(read),
    )
    if (flows.length > 0) {
      const { instruction, path } = flows[0]!
      return {
        status: 'failed',
        observed: [TEXT.flow, { line: instruction.line, path, least: FRAGMENT_CHARACTERS }],
        evidence: flows.map(
          (flow) => `${flow.path}: made by ${subject.given.dockerfile.quote(flow.instruction)}`,
        ),
        where: subject.given.dockerfile.where(instruction.line),
      }
    }

    const others = (await engine.listImages()).filter(
      ({ id }) => id !== image.id && !imagesBefore.includes(id),
    )
    for (const { id } of others) {
      const other = await search(id)
      if (other.findings.length > 0) {
        const evidence = other.findings
          .slice(0, FINDINGS_SHOWN)
          .map((finding) => describeFinding(subject, finding))
        return {
          status: 'failed',
          observed: [TEXT.image, { id: shortId(id) }],
          evidence,
          where: placeOfFinding(subject, other.findings[0]!),
        }
      }
    }
    const records = await engine.buildCache()
    for (const { id, description } of records) {
      if (searchText(description, canary, FRAGMENT_CHARACTERS).length > 0) {
        const shown = hide(description, canary).slice(0, 300)
        return {
          status: 'failed',
          observed: [TEXT.record, { description: shown }],
          evidence: [`build cache ${id}: ${shown}`, ...written.lines],
          where: written.where,
        }
      }
    }
    const made = read.layers.filter(({ diffId }) => !skipLayers.has(diffId))
    return {
      status: 'passed',
      observed: [TEXT.fine, { layers: made.length, images: others.length, records: records.length }],
      evidence: [
        `token of this build: ${hide(canary, canary)}`,
        ...made.map(
          (layer) =>
            `layer ${layer.index} ${shortId(layer.diffId)}: clean, ${layer.bytes} bytes, ${hide(layer.command, canary).slice(0, 120)}`,
        ),
        `history: ${read.history.length} lines, clean`,
        'config: clean',
      ],
    }
  },
}

/** The whole token before pieces; what anybody sees without unpacking before what must be unpacked. */
function rank(finding: Finding): number {
  const places = { layer: 0, config: 1, history: 2, document: 3 }
  return (finding.complete ? 0 : 10) + places[finding.place]
}

function sentence(finding: Finding): [(typeof TEXT)['layer'], Record<string, string | number>] {
  const encoding = finding.encoding
  switch (finding.place) {
    case 'layer': {
      const gone = finding.deletedLater ? 'yes' : 'no'
      return [TEXT.layer, { path: pathOf(finding), encoding, gone, part: finding.complete ? 'no' : 'yes' }]
    }
    case 'history':
      return [TEXT.history, { encoding }]
    case 'config':
      return [TEXT.config, { pointer: finding.pointer ?? 'config', encoding }]
    case 'document':
      return [TEXT.document, { path: finding.archivePath, encoding }]
  }
}
