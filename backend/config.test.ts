import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const code = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error as { code: string; vars: Record<string, unknown>; explain(language: 'en'): string }
  }
  throw new Error('nothing was thrown')
}

describe('parseConfig', () => {
  test('without anything: loopback, port 7070, berths, folders of the user', () => {
    expect(parseConfig([], {}, '/home/ada')).toEqual({
      port: 7070,
      host: '127.0.0.1',
      engine: undefined,
      data: '/home/ada/.local/share/drydock',
      cache: '/home/ada/.cache/drydock',
      install: true,
      baseImages: undefined,
      launcher: undefined,
      published: false,
      names: [],
      leaseMinutes: 15,
    })
  })

  test('a flag wins over the environment, the environment over the default', () => {
    const env = {
      DRYDOCK_PORT: '8001',
      DRYDOCK_HOST: '::1',
      DRYDOCK_DATA: '/a',
      DRYDOCK_CACHE: '/b',
      DRYDOCK_ENGINE: '',
    }
    expect(parseConfig(['--port=8002'], env)).toMatchObject({
      port: 8002,
      host: '::1',
      data: '/a',
      cache: '/b',
      engine: undefined,
    })
  })

  test('--no-install, and its variable', () => {
    expect(parseConfig(['--no-install'], {}).install).toBe(false)
    expect(parseConfig([], { DRYDOCK_NO_INSTALL: '1' }).install).toBe(false)
    expect(parseConfig([], { DRYDOCK_NO_INSTALL: '0' }).install).toBe(true)
  })

  test('an unknown flag names the nearest one', () => {
    const error = code(() => parseConfig(['--prot', '80'], {}))
    expect(error.code).toBe('DD_CONFIG_FLAG')
    expect(error.vars).toMatchObject({ flag: '--prot', suggestion: '--port' })
    expect(error.explain('en')).toContain('Did you mean --port?')
    expect(code(() => parseConfig(['--frobnicate'], {})).vars).toMatchObject({ suggestion: 'none' })
    expect(code(() => parseConfig(['--launche', 'x'], {})).vars.options).not.toContain('launcher')
    expect(code(() => parseConfig(['serve'], {})).code).toBe('DD_CONFIG_FLAG')
    expect(code(() => parseConfig(['--constructor'], {})).code).toBe('DD_CONFIG_FLAG')
  })

  test.each([
    ['--port', 'http'],
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port', '80.5'],
    ['--engine', 'ftp://x'],
    ['--engine', '/var/run/docker.sock'],
    ['--lease', '0'],
  ])('%s %s is refused by name', (flag, value) => {
    const error = code(() => parseConfig([`${flag}=${value}`], {}))
    expect(error.code).toBe('DD_CONFIG_VALUE')
    expect(error.vars).toMatchObject({ name: flag, value })
  })

  test('a flag without its value does not swallow the next one', () => {
    expect(code(() => parseConfig(['--data', '--port', '1'], {})).code).toBe('DD_CONFIG_VALUE')
    expect(code(() => parseConfig(['--port'], {})).code).toBe('DD_CONFIG_VALUE')
    expect(code(() => parseConfig(['--no-install=yes'], {})).code).toBe('DD_CONFIG_VALUE')
  })

  test.each(['0.0.0.0', '::', '192.168.1.2', 'example.org', '10.0.0.1', '::ffff:1.2.3.4', '[::]'])(
    'listening on %s is refused, with the reason',
    (host) => {
      const error = code(() => parseConfig(['--host', host], {}))
      expect(error.code).toBe('DD_BIND_REFUSED')
      expect(error.explain('en')).toContain('join codes')
    },
  )

  test('a container whose port is published listens on its own addresses', () => {
    expect(parseConfig(['--host', '0.0.0.0', '--published'], {}).host).toBe('0.0.0.0')
    expect(code(() => parseConfig(['--host', 'example.org', '--published'], {})).code).toBe('DD_BIND_REFUSED')
    expect(code(() => parseConfig(['--host', '0.0.0.0'], { DRYDOCK_PUBLISHED: '1' })).code).toBe(
      'DD_BIND_REFUSED',
    )
  })

  test.each([
    ['localhost', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.8.8.8', '127.8.8.8'],
    ['[::1]', '::1'],
  ])('listening on %s is fine', (host, bound) => {
    expect(parseConfig(['--host', host], {}).host).toBe(bound)
  })

  test('engine URLs', () => {
    expect(parseConfig(['--engine', 'unix:///var/run/docker.sock'], {}).engine).toBe(
      'unix:///var/run/docker.sock',
    )
    expect(parseConfig(['--engine', 'tcp://127.0.0.1:2375'], {}).engine).toBe('tcp://127.0.0.1:2375')
  })
})
