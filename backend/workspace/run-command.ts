export { lessonRun, type ParsedRun, parseRunCommand, type RunContext } from './run/parse.ts'
export { allowing, checkAllowed, GRADING_POLICY, type RefusalReason, type RunPolicy } from './run/policy.ts'
export type { FlagUse } from './run/read-flags.ts'
