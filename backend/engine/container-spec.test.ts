import { describe, expect, it } from 'vitest'
import { createBody, namedVolumes } from './container-spec.ts'

const LABELS = { 'dev.drydock': '1' }
const body = (spec: Parameters<typeof createBody>[0]) => JSON.parse(JSON.stringify(createBody(spec, LABELS)))

describe('createBody', () => {
  it('leaves to the engine what the spec leaves out', () => {
    expect(body({ image: 'web' })).toEqual({ Image: 'web', Labels: LABELS, HostConfig: {} })
  })

  it('cannot be talked out of our labels', () => {
    expect(body({ image: 'web', labels: { a: 'b', 'dev.drydock': '0' } }).Labels).toEqual({
      a: 'b',
      'dev.drydock': '1',
    })
  })

  it('publishes ports', () => {
    const { ExposedPorts, HostConfig } = body({
      image: 'web',
      ports: [
        { container: 80, protocol: 'tcp', host: 8080, hostIp: '127.0.0.1' },
        { container: 80, protocol: 'tcp', host: 8081 },
        { container: 53, protocol: 'udp' },
      ],
    })
    expect(ExposedPorts).toEqual({ '80/tcp': {}, '53/udp': {} })
    expect(HostConfig.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '127.0.0.1', HostPort: '8080' },
        { HostIp: '', HostPort: '8081' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '' }],
    })
  })

  it.each([
    ['/dev/fuse', { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
    ['/dev/fuse:r', { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'r' }],
    ['/dev/a:/dev/b', { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'rwm' }],
    ['/dev/a:/dev/b:rw', { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'rw' }],
  ])('device %s', (device, expected) => {
    expect(body({ image: 'web', devices: [device] }).HostConfig.Devices).toEqual([expected])
  })

  it('reads a restart policy', () => {
    expect(body({ image: 'web', restart: 'on-failure:3' }).HostConfig.RestartPolicy).toEqual({
      Name: 'on-failure',
      MaximumRetryCount: 3,
    })
  })
})

it('namedVolumes: only what the engine would make', () => {
  const binds = ['data:/data', '/host:/x', './rel:/x', 'cache:/c:ro', '/anonymous']
  expect(namedVolumes({ image: 'web', binds })).toEqual(['data', 'cache'])
})
