#!/usr/bin/env node
/** `npx drydock <command>`: grade a workspace, serve the lab. The commands themselves are in backend/cli. */
import { ensureInstalled } from './install.mjs'
import { handOver, main, ROOT } from './runtime.mjs'

await main(async (display) => {
  await ensureInstalled({ root: ROOT, display, install: false })
  return handOver('backend/cli/main.ts', process.argv.slice(2))
})
