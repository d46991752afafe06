import { expect, test } from 'vitest'
import { readLegacy, readUnified } from './berth-memory.ts'

test('cgroup v1: heaps, tmpfs files and kernel memory of the whole subtree, not the cache', () => {
  const stat = 'cache 1\nrss 2\ntotal_cache 1000\ntotal_rss 50\ntotal_shmem 7\n'
  expect(readLegacy(stat, 300)).toEqual({ idle: 357, cache: 993 })
})

test('cgroup v2: the same, whether the kernel sums its own memory up or not', () => {
  const stat = 'anon 50\nfile 1000\nkernel_stack 1\npagetables 2\npercpu 3\nslab 4\nshmem 7\n'
  expect(readUnified(stat)).toEqual({ idle: 67, cache: 993 })
  expect(readUnified(`${stat}kernel 40\n`)).toEqual({ idle: 97, cache: 993 })
})
