#!/usr/bin/env node
/** `npm run bench [-- --only NAME] [-- --quick]`: brings what the benches need and measures. See test/bench/run.ts. */
import { ensureInstalled } from './install.mjs'
import { handOver, main, ROOT } from './runtime.mjs'

await main(async (display) => {
  await ensureInstalled({ root: ROOT, display, install: true })
  return handOver('test/bench/run.ts', process.argv.slice(2))
})
