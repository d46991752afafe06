/** One line of the engine's answer to `POST /images/create` (Docker Engine API, ImageCreate). */
interface PullLine {
  id?: string
  status?: string
  progressDetail?: { current?: number; total?: number }
  error?: string
  message?: string
}

/** What a pull has said so far. */
export class PullProgress {
  /** The registry has answered with the image's manifest. */
  started = false
  error: string | undefined
  /** Of an answer that is not a pull at all. */
  message: string | undefined
  readonly #layers = new Map<string, { done: number; total: number }>()
  #unpacking = false

  take(line: PullLine): void {
    if (line.error) this.error = line.error
    if (line.message) this.message = line.message
    if (line.status?.startsWith('Pulling from ')) this.started = true
    const { id, status, progressDetail: { current, total } = {} } = line
    if (!id) return
    if (status === 'Downloading' && current !== undefined && total !== undefined && total > 0)
      this.#layers.set(id, { done: current, total })
    else if (status === 'Download complete' || status === 'Extracting') {
      const layer = this.#layers.get(id)
      if (layer) layer.done = layer.total
    }
    this.#unpacking = status === 'Extracting'
  }

  /** `12.3 of 45.6 MB`. The whole grows while layers begin. */
  get text(): string {
    const sum = (key: 'done' | 'total') => [...this.#layers.values()].reduce((all, one) => all + one[key], 0)
    if (this.#layers.size === 0) return 'the registry has it'
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
    const bytes = `${megabytes(sum('done'))} of ${megabytes(sum('total'))} MB`
    return this.#unpacking ? `${bytes}, unpacking` : bytes
  }
}
