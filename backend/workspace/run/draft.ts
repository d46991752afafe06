import type { ContainerSpec } from '../../container-spec.ts'

export interface SpecScope {
  /** Named in messages. */
  file: string
  workingDir: string
  files: ReadonlyMap<string, { content: Buffer }>
}

/** A specification under construction, with what is only known once all flags are read. */
export interface Draft {
  scope: SpecScope
  spec: ContainerSpec
  detach: boolean
  fileEnv: string[]
  env: string[]
  fileLabels: string[]
  labels: string[]
  health: Exclude<NonNullable<ContainerSpec['healthcheck']>, 'none'>
  noHealth: boolean
}

/** What a value should have been; the keys of DD_RUN_FLAG_VALUE's `expected`. */
export type Expected =
  | 'number'
  | 'size'
  | 'decimal'
  | 'duration'
  | 'port'
  | 'pair'
  | 'file'
  | 'mount'
  | 'volume'
  | 'capability'
  | 'ulimit'
  | 'restart'
  | 'sysctl'
  | 'security'
  | 'network'
  | 'host'
  | 'path'
  | 'conflict'
  | 'other'

/** The flag's part of the container; an answer names what the value should have been. */
export type Apply = (draft: Draft, value: string) => Expected | undefined
