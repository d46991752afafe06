import { readdir, readFile } from 'node:fs/promises'

/** Processes (with what they are) and mounts that have `mark` in their command line or path, seen in every mount namespace. */
export async function leftovers(mark: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
    const words = (await read('cmdline')).replaceAll('\0', ' ').trim()
    if (words.includes(mark)) found.push(`process ${pid}: ${words}`)
    if ((await read('mountinfo')).includes(mark))
      found.push(`a mount in the namespace of process ${pid}: ${words}`)
  }
  const loops = (await readdir('/sys/block')).filter((name) => name.startsWith('loop'))
  for (const loop of loops) {
    const file = await readFile(`/sys/block/${loop}/loop/backing_file`, 'utf8').catch(() => '')
    if (file.includes(mark)) found.push(`${loop}: ${file.trim()}`)
  }
  return found
}
