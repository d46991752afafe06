import { defineConfig } from 'vitest/config'

const REAL = '**/*.real.test.ts'
const BROWSER = '**/*.browser.test.ts'
const NEVER = [
  '**/node_modules/**',
  '**/dist/**',
  'lessons/*/*/starter*/**',
  'lessons/*/*/solution*/**',
  'lessons/*/*/attempts/**',
]

/**
 * unit: seconds, no root, no engine. real: private Docker hosts (root; `npm test` brings what they need). browser: the whole lab in
 * Chromium. One after another, so that none is slowed by another's work.
 */
export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{backend,bin,lessons,sandbox-images,site,test}/**/*.test.ts'],
          exclude: [...NEVER, REAL, BROWSER],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: [REAL],
          exclude: NEVER,
          globalSetup: ['test/setup-real.ts'],
          testTimeout: 180_000, // a build and a grading in a fresh berth: 10–30 s on two cores
          hookTimeout: 180_000,
          maxWorkers: 2, // each has a dockerd, a build and its containers: two cores carry no more
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'browser',
          include: [BROWSER],
          exclude: NEVER,
          globalSetup: ['test/setup-browser.ts'],
          expect: { poll: { timeout: 20_000 } }, // what a page shows within a second is late on two busy cores
          testTimeout: 300_000, // a lesson from the break to all goals green, typed by a browser
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
