import { readFile, rm, writeFile } from 'node:fs/promises'

export type Locked = { lock: AsyncDisposable } | { holder: number }

/**
 * One process at a time for what `file` stands for. The file names its process and when that began, so that a lock left by a kill -9 or
 * a reboot is seen for what it is, also when the number is taken again.
 */
export async function tryLock(file: string): Promise<Locked> {
  for (;;) {
    try {
      await writeFile(file, `${process.pid} ${await beganAt(process.pid)}`, { flag: 'wx' })
      return { lock: { [Symbol.asyncDispose]: () => rm(file, { force: true }) } }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = await lockHolder(file)
    if (holder !== undefined) return { holder }
    await rm(file, { force: true })
  }
}

/** The process that holds the lock, if it lives. */
export async function lockHolder(file: string): Promise<number | undefined> {
  const [pid, began] = (await readFile(file, 'utf8').catch(() => '')).split(' ')
  if (!pid || !began || (await beganAt(Number(pid))) !== began) return undefined
  return Number(pid)
}

/** A process's start in clock ticks since the boot: field 22 of /proc/PID/stat (proc(5)), after the name's closing parenthesis. */
async function beganAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
