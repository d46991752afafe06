import { type Browser, chromium } from 'playwright-core'

/** From the system's packages. */
const EXECUTABLE = process.env.DRYDOCK_CHROMIUM || '/usr/bin/chromium'

/** Chromium that speaks to nobody but the page's own server. */
const FLAGS = [
  '--no-sandbox', // the tests run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Then the terminal draws its rows as elements, and what it shows can be read. */
const WITHOUT_WEBGL = '--disable-3d-apis'

export function openChromium(options: { webgl: boolean }): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: options.webgl ? FLAGS : [...FLAGS, WITHOUT_WEBGL],
  })
}
