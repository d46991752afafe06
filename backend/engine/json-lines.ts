import { StringDecoder } from 'node:string_decoder'
import { DrydockError } from '../errors.ts'
import { LineAnswer, read } from './answers.ts'

/** The answer of a build or a load, one JSON document a line. A line longer than `maxBytes` is skipped. */
export async function* jsonLines(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  doing: string,
): AsyncGenerator<LineAnswer> {
  const decoder = new StringDecoder('utf8')
  let line = ''
  let skipping = false
  for await (const chunk of source) {
    const pieces = decoder.write(chunk).split('\n')
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) {
        if (!skipping && line.trim() !== '') yield parse(line, doing)
        line = ''
        skipping = false
      }
      if (skipping) continue
      line += piece
      if (line.length <= maxBytes) continue
      line = ''
      skipping = true
    }
  }
  if (!skipping && line.trim() !== '') yield parse(line, doing)
}

function parse(line: string, doing: string): LineAnswer {
  try {
    return read(LineAnswer, JSON.parse(line), doing)
  } catch (error) {
    if (error instanceof DrydockError) throw error
    throw new DrydockError('DD_ENGINE_ANSWER', { detail: `${doing}: a line is not JSON` }, { cause: error })
  }
}
