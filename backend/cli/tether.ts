/**
 * Preloaded into a process of ours where the kernel does not tell it that its parent was killed: the end of the IPC channel says so.
 */
const END_MS = 5000 // the same as a stop by signal may take

process.channel?.unref()
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), END_MS).unref()
})
