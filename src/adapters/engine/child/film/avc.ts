/** H.264 as MP4 keeps it: units with their length before them, parameter sets apart (ISO/IEC 14496-15). */

const unit = { key: 5, sps: 7, pps: 8, delimiter: 9 }

export const typeOf = (nal: Buffer) => (nal[0] ?? 0) & 31
export const isKey = (nal: Buffer) => typeOf(nal) === unit.key
export const isDelimiter = (nal: Buffer) => typeOf(nal) === unit.delimiter

/** Units of a byte stream, which start codes part. The last one counts as whole. */
export function unitsOf(stream: Buffer): Buffer[] {
  const units: Buffer[] = []
  let start = -1
  for (let at = stream.indexOf(startCode); at >= 0; at = stream.indexOf(startCode, at + 3)) {
    if (start >= 0) units.push(withoutZeros(stream.subarray(start, at)))
    start = at + 3
  }
  if (start >= 0) units.push(withoutZeros(stream.subarray(start)))
  return units.filter((nal) => nal.length > 0)
}

export const startCode = Buffer.from([0, 0, 1])

/** Zeros before the next start code belong to it. */
function withoutZeros(nal: Buffer): Buffer {
  let end = nal.length
  while (end > 0 && nal[end - 1] === 0) end -= 1
  return nal.subarray(0, end)
}

/** The decoder's record (avcC) of the parameter sets among these units; undefined: they are not there. */
export function recordOf(units: readonly Buffer[]): Buffer | undefined {
  const sps = units.find((nal) => typeOf(nal) === unit.sps)
  const pps = units.find((nal) => typeOf(nal) === unit.pps)
  if (sps === undefined || pps === undefined) return undefined
  const [profile = 66, compatible = 0, level = 31] = sps.subarray(1, 4)
  const high = [100, 110, 122, 144].includes(profile)
  return Buffer.concat([
    Buffer.from([1, profile, compatible, level, 0xff, 0xe1, sps.length >> 8, sps.length & 255]),
    sps,
    Buffer.from([1, pps.length >> 8, pps.length & 255]),
    pps,
    // 4:2:0, eight bits.
    ...(high ? [Buffer.from([0xfd, 0xf8, 0xf8, 0])] : []),
  ])
}

/** Of levels: most macroblocks of a frame, and of a second (ITU-T H.264, table A-1). */
const levels = [
  [31, 3600, 108_000],
  [32, 5120, 216_000],
  [40, 8192, 245_760],
  [42, 8704, 522_240],
  [50, 22_080, 589_824],
] as const
const highestLevel = 51

/** The record with the level that such pictures need: an encoder that says the same of all would be refused by some players. */
export function withLevel(
  record: Buffer,
  { width, height, fps }: { width: number; height: number; fps: number },
): Buffer {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16)
  const fitting = levels.find(([, frame, second]) => blocks <= frame && blocks * fps <= second)
  const level = Math.max(record[3] ?? 0, fitting?.[0] ?? highestLevel)
  const told = Buffer.from(record)
  // Its own copy, and that of the parameter set, which begins with type, profile and flags.
  told[3] = level
  told[8 + 3] = level
  return told
}

/** The picture's own units, each with its length: what a sample is. */
export function sampleOf(units: readonly Buffer[]): Buffer {
  const parts = units
    .filter((nal) => ![unit.sps, unit.pps, unit.delimiter].includes(typeOf(nal)))
    .flatMap((nal) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(nal.length)
      return [length, nal]
    })
  return Buffer.concat(parts)
}
