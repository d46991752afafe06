/** Types of display.mjs, which is plain JavaScript because it runs before anything is installed. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}
export interface Step {
  progress(text: string): void
  done(text?: string): void
  fail(): void
}
export interface Screen {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}
export function elapsed(ms: number): string
export function colours(stream: { isTTY?: boolean }, env?: NodeJS.ProcessEnv): Paint
export class Display {
  constructor(stream?: Screen, env?: NodeJS.ProcessEnv)
  readonly paint: Paint
  step(title: string, detail?: string): Step
  line(text: string): void
  close(): void
}
