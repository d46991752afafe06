import { describe, expect, it } from 'vitest'
import { checkDockerfile, lineFinder, lineInMessage, MAX_DOCKERFILE_BYTES } from './dockerfile.ts'

describe('checkDockerfile', () => {
  it.each([
    'FROM node:22-slim\n',
    '# escape=`\nFROM a',
    '# check=skip=all\nFROM a',
    '# a comment\n# syntax=docker/dockerfile:1\nFROM a', // not at the top, so a comment
    'FROM a\n# syntax=docker/dockerfile:1\n',
    '\n# syntax=docker/dockerfile:1\nFROM a',
    '# the syntax=old way\nFROM a',
    'FORM a', // BuildKit says it better
  ])('lets %j be built', (text) => {
    expect(checkDockerfile(text)).toBeUndefined()
  })

  it.each([
    ['# syntax=docker/dockerfile:1\nFROM a', 1],
    ['#syntax = docker/dockerfile:1 \r\nFROM a', 1],
    ['# SynTax=x', 1],
    ['\uFEFF# syntax=x\nFROM a', 1],
    ['# escape=`\n# syntax=x\nFROM a', 2],
    ['#!/usr/bin/env docker\n# syntax=x\nFROM a', 2],
    ['// syntax=x\nFROM a', 1],
    ['{"syntax": "x"}', 1],
    ['#!/bin/x\n{"syntax": "x"}', 2],
  ])('refuses the frontend of %j', (text, line) => {
    expect(checkDockerfile(text)).toMatchObject({ code: 'DD_BUILD_FRONTEND', line })
  })

  it.each(['', '\n\n', '# only a comment', '  \t\n'])('%j is empty', (text) => {
    expect(checkDockerfile(text)?.code).toBe('DD_DOCKERFILE_EMPTY')
  })

  it('measures bytes, not characters', () => {
    const comment = (bytes: number) => `FROM a\n#${'あ'.repeat(Math.floor((bytes - 8) / 3))}`
    expect(checkDockerfile(comment(MAX_DOCKERFILE_BYTES))).toBeUndefined()
    expect(checkDockerfile(comment(MAX_DOCKERFILE_BYTES + 3))).toEqual({
      code: 'DD_DOCKERFILE_SIZE',
      vars: { kib: 513, limit: 512 },
    })
  })

  it('takes no longer for a hostile line', () => {
    const began = performance.now()
    checkDockerfile(`# a=b${' '.repeat(MAX_DOCKERFILE_BYTES - 100)}c\nFROM a`)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('lineFinder', () => {
  const one = lineFinder(
    '# a service\nFROM node:22-slim\nENV A=1\nRUN a \\\n  && b\nUSER node\nWORKDIR /app\nCOPY . .\n',
  )
  it.each([
    ['[1/4] FROM docker.io/library/node:22-slim', 2],
    ['[2/4] RUN a   && b', 4],
    ['[3/4] WORKDIR /app', 7],
    ['[4/4] COPY . .', 8],
    ['[linux/arm64 2/4] RUN a   && b', 4],
    ['[internal] load metadata for docker.io/library/node:22-slim', 2],
    ['[internal] load metadata for docker.io/library/node:23', undefined],
    ['[internal] load build context', undefined],
    ['exporting to image', undefined],
    ['[2/4] COPY what the engine made up', undefined],
    ['[9/4] RUN x', undefined],
    ['[nobody 2/4] RUN x', undefined],
  ])('%s', (name, line) => {
    expect(one(name)).toBe(line)
  })

  const many = lineFinder(
    [
      'ARG V=22',
      'FROM node:22-slim AS Build',
      'run a',
      'FROM build',
      'COPY x y',
      'RUN b',
      'FROM scratch AS last',
      'COPY --from=0 /a /b',
      'FROM ghcr.io/o/i@sha256:00',
      ...Array.from({ length: 11 }, () => 'RUN c'),
    ].join('\n'),
  )
  it.each([
    ['[build 1/2] FROM docker.io/library/node:22-slim', 2],
    ['[build 2/2] RUN a', 3],
    ['[stage-1 1/2] COPY x y', 5], // a stage upon a stage: its FROM is no step
    ['[stage-1 2/2] RUN b', 6],
    ['[last 1/1] COPY --from=0 /a /b', 8],
    ['[stage-3  2/12] RUN c', 10],
    ['[stage-3 12/12] RUN c', 20],
    ['[stage-3  2/14] RUN of ONBUILD', 9],
    ['[stage-3  4/14] RUN c', 10],
    ['[internal] load metadata for ghcr.io/o/i@sha256:00', 9],
  ])('%s', (name, line) => {
    expect(many(name)).toBe(line)
  })
})

describe('lineInMessage', () => {
  it.each([
    [
      'failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: FORM',
      2,
    ],
    ['dockerfile parse error on line 12: unknown instruction: RUM (did you mean RUN?)', 12],
    ['Dockerfile:7\n--------------------\n   7 | >>> RUN x\n', 7],
    ['process "/bin/sh -c echo Dockerfile:3" did not complete successfully: exit code: 1', undefined],
  ])('%s', (message, line) => {
    expect(lineInMessage(message)).toBe(line)
  })
})
