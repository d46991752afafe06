/**
 * Host uids of berths. Each berth maps its ids 0–65535 to a block that no other berth, no lab of this machine and no ordinary account
 * uses: labs take one of 64 ranges of 256 blocks, from 0x30000000 (805306368) up, below 2^31, where some tools stop.
 */
export const IDS_PER_BERTH = 65536
export const BERTHS_PER_LAB = 256
const FIRST_ID = 0x30000000
const RANGES = 64

/** `lab` as in Layout; `slot` 0 to BERTHS_PER_LAB - 1. */
export function firstUid(lab: string, slot: number): number {
  if (!Number.isInteger(slot) || slot < 0 || slot >= BERTHS_PER_LAB)
    throw new RangeError(`no berth slot ${slot}`)
  const range = Number.parseInt(lab, 16) % RANGES
  return FIRST_ID + (range * BERTHS_PER_LAB + slot) * IDS_PER_BERTH
}
