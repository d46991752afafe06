import { Display } from '../bin/display.mjs'
import { localLanguage } from '../bin/messages.mjs'
import { prepareTests } from './prepare.ts'

/** Baked hosts and a built site, before the first lab has to start within its time. */
export default async function setup(): Promise<void> {
  const display = new Display()
  try {
    const { signal } = new AbortController()
    await prepareTests({ display, language: localLanguage(), signal, install: true })
  } finally {
    display.close()
  }
}
