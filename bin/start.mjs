#!/usr/bin/env node
/** `npm start [-- options]`: installs what is missing and serves the lab. Options: `npm start -- --help`. */
import { ensureInstalled } from './install.mjs'
import { ensureNodeRuns } from './node-library.mjs'
import { handOver, main, ROOT } from './runtime.mjs'

await main(async (display) => {
  const args = process.argv.slice(2)
  const install =
    !args.includes('--no-install') && !['1', 'true'].includes(process.env.DRYDOCK_NO_INSTALL ?? '')
  await ensureInstalled({ root: ROOT, display, install })
  await ensureNodeRuns({ root: ROOT, display, install })
  return handOver('backend/cli/main.ts', ['serve', ...args])
})
