import { expect, it } from 'vitest'
import { DrydockError } from '../errors.ts'
import { parseTarget } from './target.ts'

it.each([
  ['unix:///run/docker.sock', { socketPath: '/run/docker.sock' }],
  ['npipe:////./pipe/docker_engine', { socketPath: '//./pipe/docker_engine' }],
  ['tcp://docker.local:2375', { host: 'docker.local', port: 2375 }],
  ['tcp://10.0.0.1', { host: '10.0.0.1', port: 2375 }],
  ['tcp://[::1]:4000', { host: '::1', port: 4000 }],
  ['http://h:80', { host: 'h', port: 80 }],
  ['tcp://h:2376', { host: 'h', port: 2376, tls: {} }],
  ['https://h', { host: 'h', port: 2376, tls: {} }],
])('%s', (url, address) => {
  expect(parseTarget({ url })).toEqual(address)
})

it.each([
  '',
  'unix://',
  '/run/docker.sock',
  'ssh://host',
  'tcp://',
  'tcp://h/path',
  'tcp://u@h',
  'tcp://h:x',
  'tcp://h:70000',
  'ftp://h',
])('%j is no address', (url) => {
  expect(() => parseTarget({ url })).toThrow(DrydockError)
})
