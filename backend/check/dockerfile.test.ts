import { describe, expect, it } from 'vitest'
import { DockerfileView } from './dockerfile.ts'

const view = new DockerfileView(`FROM node:22-slim AS build
USER build
FROM node:22-slim
USER node
RUN npm install \\
    --omit=dev
USER root
CMD ["node", "server.js"]
`)

describe('DockerfileView', () => {
  it('names the last instruction of the final stage', () => {
    expect(view.last('USER')).toMatchObject({ argument: 'root', line: 7 })
    expect(view.quote(view.last('USER')!)).toBe('Dockerfile:7: USER root')
    expect(view.where(7)).toEqual({ file: 'Dockerfile', line: 7 })
  })

  it('does not take an instruction of an earlier stage', () => {
    expect(new DockerfileView('FROM a\nUSER b\nFROM c\n').last('USER')).toBeUndefined()
  })

  it('joins continued lines and places them at the first', () => {
    expect(view.last('RUN')).toMatchObject({ argument: 'npm install --omit=dev', line: 5 })
  })
})
