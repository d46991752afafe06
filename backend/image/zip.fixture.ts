import { crc32, deflateRawSync } from 'node:zlib'
import type { FileSpec } from './saved-image.fixture.ts'

/** A zip of deflated members. `streamed`: sizes follow the data, as `zip -` and many libraries write it. */
export function zipOf(files: FileSpec[], options: { streamed?: boolean } = {}): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, content = '' } of files) {
    const plain = Buffer.from(content)
    const data = deflateRawSync(plain)
    const sizes = Buffer.alloc(12)
    sizes.writeUInt32LE(crc32(plain), 0)
    sizes.writeUInt32LE(data.length, 4)
    sizes.writeUInt32LE(plain.length, 8)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(options.streamed ? 8 : 0, 2)
    fields.writeUInt16LE(8, 4)
    if (!options.streamed) sizes.copy(fields, 10)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const descriptor = options.streamed ? [Buffer.from('PK\x07\x08', 'latin1'), sizes] : []
    const member = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      fields,
      Buffer.from(name),
      data,
      ...descriptor,
    ])
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 0, 'latin1')
    fields.copy(entry, 6)
    sizes.copy(entry, 16)
    entry.writeUInt32LE(offset, 42)
    central.push(entry, Buffer.from(name))
    local.push(member)
    offset += member.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}
