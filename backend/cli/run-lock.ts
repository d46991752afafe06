import { DrydockError } from '../errors.ts'
import { tryLock } from '../process-lock.ts'

export { lockHolder } from '../process-lock.ts'

/** One `npm start` for a data folder. DD_ALREADY_RUNNING. */
export async function lockRun(file: string, data: string): Promise<AsyncDisposable> {
  const locked = await tryLock(file)
  if ('holder' in locked) throw new DrydockError('DD_ALREADY_RUNNING', { data, pid: String(locked.holder) })
  return locked.lock
}
