import { parseArgs } from 'node:util'
import { Display } from '../../bin/display.mjs'
import { localLanguage } from '../../bin/messages.mjs'
import { systemClock } from '../clock.ts'
import { asDrydockError } from '../errors.ts'
import type { Language } from '../protocol/language.ts'
import { prepareBerths } from './prepare/prepare.ts'
import { StopRequest } from './stop-request.ts'

/** `bake.ts --cache DIR [--inputs DIR]`: what `npm start` does before it launches, alone. For the launcher's container. */
const { values } = parseArgs({ options: { cache: { type: 'string' }, inputs: { type: 'string' } } })
if (!values.cache) throw new Error('usage: bake.ts --cache DIR [--inputs DIR]')
const display = new Display()
const language = localLanguage() as Language
using stop = new StopRequest(systemClock)
try {
  const preparation = { display, language, signal: stop.signal, install: false }
  await prepareBerths(values.cache, preparation, values.inputs)
} catch (error) {
  const coded = asDrydockError(error)
  process.stderr.write(`${coded.code} ${coded.explain(language)}\n`)
  process.exitCode = stop.signal.aborted ? 130 : coded.entry.exit
} finally {
  display.close()
}
