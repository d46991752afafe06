#!/usr/bin/env node
/**
 * `node bin/tool.mjs NAME …`: a development tool of node_modules on the pinned Node.js. `npm run` alone would take the machine's own,
 * which may be too old for it: npm 10 does not link the pinned one.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ensureInstalled } from './install.mjs'
import { handOver, main, ROOT } from './runtime.mjs'

await main(async (display) => {
  const [name, ...args] = process.argv.slice(2)
  await ensureInstalled({ root: ROOT, display, install: false })
  const folder = path.join('node_modules', name)
  const { bin } = JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8'))
  process.env.ASTRO_TELEMETRY_DISABLED = '1'
  return handOver(path.join(folder, typeof bin === 'string' ? bin : bin[name]), args)
})
