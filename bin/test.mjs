#!/usr/bin/env node
/** `npm test [-- vitest's arguments]`: brings what the tests need and runs all of them. */
import { ensureInstalled } from './install.mjs'
import { ensureNodeRuns } from './node-library.mjs'
import { handOver, main, ROOT } from './runtime.mjs'

await main(async (display) => {
  await ensureInstalled({ root: ROOT, display, install: true })
  await ensureNodeRuns({ root: ROOT, display, install: true })
  return handOver('test/run.ts', process.argv.slice(2))
})
