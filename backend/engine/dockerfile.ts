import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast'
import type { ErrorCode } from '../protocol/error-table.ts'
import type { TextVars } from '../protocol/language.ts'

/** BuildKit reads a Dockerfile of any length into memory; real ones have a few KiB. */
export const MAX_DOCKERFILE_BYTES = 512 * 1024

export interface DockerfileFault {
  code: Extract<ErrorCode, 'DD_BUILD_FRONTEND' | 'DD_DOCKERFILE_EMPTY' | 'DD_DOCKERFILE_SIZE'>
  vars: TextVars
  /** Counts from 1. */
  line?: number
}

/** What the lab refuses before any build. Undefined: build it. Grammar and meaning are left to BuildKit, whose messages are the real ones. */
export function checkDockerfile(text: string): DockerfileFault | undefined {
  const bytes = new TextEncoder().encode(text).length
  if (bytes > MAX_DOCKERFILE_BYTES)
    return {
      code: 'DD_DOCKERFILE_SIZE',
      vars: { kib: Math.ceil(bytes / 1024), limit: MAX_DOCKERFILE_BYTES / 1024 },
    }
  const frontend = findFrontend(text)
  if (frontend)
    return { code: 'DD_BUILD_FRONTEND', vars: { frontend: frontend.name.slice(0, 200) }, line: frontend.line }
  if (DockerfileParser.parse(text).getInstructions().length === 0)
    return { code: 'DD_DOCKERFILE_EMPTY', vars: {} }
  return undefined
}

/**
 * A frontend is an image that BuildKit runs to read the Dockerfile. It can be named in a `#` directive, after a `#!` line, behind `//` or
 * in a JSON document: https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/directives.go
 */
function findFrontend(text: string): { name: string; line: number } | undefined {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const first = lines[0]?.startsWith('#!') ? 1 : 0
  for (const comment of ['#', '//']) {
    const directive = new RegExp(String.raw`^${comment}\s*([a-zA-Z][a-zA-Z0-9]*)\s*=`)
    for (let i = first; i < lines.length; i++) {
      const match = directive.exec(lines[i]!)
      const value = match && lines[i]!.slice(match[0].length).trim() // by hand: a regex for it takes minutes on a line of spaces
      if (!value) break
      if (match[1]!.toLowerCase() === 'syntax') return { name: value, line: i + 1 }
    }
  }
  const body = lines.slice(first).join('\n')
  if (!/^\s*\{/.test(body)) return undefined
  try {
    const json: unknown = JSON.parse(body)
    if (json && typeof json === 'object' && 'syntax' in json)
      return { name: String(json.syntax), line: first + 1 }
  } catch {
    // Not JSON, so not a directive.
  }
  return undefined
}

/** BuildKit numbers these; every other instruction changes only the image's config. */
const NUMBERED = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR'])

interface Stage {
  name: string | undefined
  image: string
  fromLine: number
  steps: { keyword: string; line: number }[]
}

/** Finds the Dockerfile's line (from 1) of a step by the name BuildKit gives it. */
export function lineFinder(text: string): (stepName: string) => number | undefined {
  const stages: Stage[] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword()
    const line = instruction.getRange().start.line + 1
    if (keyword === 'FROM') stages.push(openStage(instruction, line))
    else if (NUMBERED.has(keyword)) stages.at(-1)?.steps.push({ keyword, line })
  }
  return (stepName) => numberedLine(stages, stepName) ?? baseLine(stages, stepName)
}

function openStage(instruction: Instruction, fromLine: number): Stage {
  const from = instruction as From
  return {
    name: from.getBuildStage()?.toLowerCase(),
    image: from.getImage() ?? '',
    fromLine,
    steps: [],
  }
}

/** `[2/5] RUN …`, `[builder 2/5] …`, `[stage-1 2/5] …`, `[linux/amd64 builder 2/5] …`; the number is padded with spaces. */
const NUMBERED_STEP = /^\[(?:[a-z]\w*\/\S+ +)?(?:([\w.-]+) +)? *(\d+)\/(\d+)\] +(\w+)/

function numberedLine(stages: Stage[], stepName: string): number | undefined {
  const match = NUMBERED_STEP.exec(stepName)
  if (!match) return undefined
  const [, stageName, number, total, keyword] = match
  const stage = stages.find((s, i) =>
    stageName === undefined ? stages.length === 1 : (s.name ?? `stage-${i}`) === stageName.toLowerCase(),
  )
  if (!stage) return undefined
  // The steps before ours are FROM, where it names an image, and the ONBUILD triggers of that image.
  const before = Number(total) - stage.steps.length
  const index = Number(number) - 1 - before
  if (index < 0) return stage.fromLine
  const step = stage.steps[index]
  return step?.keyword === keyword?.toUpperCase() ? step?.line : undefined
}

/** `[internal] load metadata for docker.io/library/node:22-slim`: where a base image cannot be had. */
function baseLine(stages: Stage[], stepName: string): number | undefined {
  const image = /^\[internal\] load metadata for (\S+)$/.exec(stepName)?.[1]
  return image === undefined ? undefined : stages.find((s) => fullName(s.image) === image)?.fromLine
}

function fullName(image: string): string {
  const host = image.split('/')[0]!
  const named = !image.includes('/')
    ? `docker.io/library/${image}`
    : /[.:]|^localhost$/.test(host)
      ? image
      : `docker.io/${image}`
  return /:[^/]+$|@/.test(named) ? named : `${named}:latest`
}

/** The line that an error of the whole build names, in the wordings of BuildKit 0.8 to 0.25. */
export function lineInMessage(message: string): number | undefined {
  const match =
    /dockerfile parse error (?:on )?line (\d+)/i.exec(message) ?? /^\S+:(\d+)\r?\n-{4,}/m.exec(message)
  return match ? Number(match[1]) : undefined
}
