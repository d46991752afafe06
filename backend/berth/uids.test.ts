import { expect, test } from 'vitest'
import { BERTHS_PER_LAB, firstUid, IDS_PER_BERTH } from './uids.ts'

test('no two berths of a lab share an id, and none is above what tools take for a number', () => {
  const first = Array.from({ length: BERTHS_PER_LAB }, (_, slot) => firstUid('ffffffff', slot))
  for (const [slot, uid] of first.entries()) if (slot) expect(uid - first[slot - 1]!).toBe(IDS_PER_BERTH)
  expect(first.at(-1)! + IDS_PER_BERTH).toBeLessThanOrEqual(2 ** 31)
  expect(firstUid('00000000', 0)).toBe(0x30000000)
  expect(() => firstUid('00000000', BERTHS_PER_LAB)).toThrow(RangeError)
})
