import fc from 'fast-check'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Turn } from '../picture.ts'
import { photograph } from '../steps/pictures.fixtures.ts'
import { encoderFor } from './huffman.ts'
import { turnJpeg } from './turn-jpeg.ts'

const turns = ([false, true] as const).flatMap((flop) =>
  ([0, 1, 2, 3] as const).map((quarters) => ({ flop, quarters })),
)
const quarter: Turn = { flop: false, quarters: 1 }

const kinds = {
  '4:2:0': { chromaSubsampling: '4:2:0' },
  '4:4:4': { chromaSubsampling: '4:4:4' },
  progressive: { progressive: true },
  mozjpeg: { mozjpeg: true, quality: 70 },
  'standard tables': { optimiseCoding: false, quality: 95 },
  'quality 100': { quality: 100 },
} as const

async function pixels(jpeg: Buffer, { flop, quarters }: Turn = { flop: false, quarters: 0 }) {
  const raw = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = raw.info
  const turned = sharp(raw.data, { raw: { width, height, channels } }).flop(flop)
  const flat = await turned.raw().toBuffer()
  const rotated = sharp(flat, { raw: { width, height, channels } }).rotate(quarters * 90)
  return await rotated.raw().toBuffer({ resolveWithObject: true })
}

/** Largest and mean distance of two pictures. */
async function distance(jpeg: Buffer, turn: Turn, result: Buffer) {
  const [wanted, made] = [await pixels(jpeg, turn), await pixels(result)]
  expect([made.info.width, made.info.height]).toEqual([wanted.info.width, wanted.info.height])
  let [most, sum] = [0, 0]
  for (let at = 0; at < wanted.data.length; at++) {
    const off = Math.abs((wanted.data[at] ?? 0) - (made.data[at] ?? 0))
    most = Math.max(most, off)
    sum += off
  }
  return { most, mean: sum / wanted.data.length }
}

const turned = (jpeg: Buffer, turn: Turn): Buffer => {
  const result = turnJpeg(jpeg, turn)
  if (result === undefined) throw new Error('not turned')
  return result
}

describe('a JPEG turned by its coefficients', () => {
  it.each(Object.entries(kinds))('shows what its turned pixels show: %s', async (_name, options) => {
    const file = await photograph(112, 80).jpeg(options).toBuffer()
    for (const turn of turns) {
      const { most, mean } = await distance(file, turn, turned(file, turn))
      // The inverse transform and the smoothing of halved colours round differently by direction.
      expect(most).toBeLessThanOrEqual(4)
      expect(mean).toBeLessThan(0.3)
    }
  })

  it('is exact to the pixel without a turn, also where sides end within an MCU', async () => {
    for (const options of Object.values(kinds)) {
      const file = await photograph(101, 67).jpeg(options).toBuffer()
      expect(await distance(file, { flop: false, quarters: 0 }, turned(file, { flop: false, quarters: 0 }))).toEqual({
        most: 0,
        mean: 0,
      })
    }
  })

  it('grey', async () => {
    const file = await photograph(64, 40).toColourspace('b-w').jpeg().toBuffer()
    for (const turn of turns) expect((await distance(file, turn, turned(file, turn))).most).toBeLessThanOrEqual(2)
    expect((await sharp(turned(file, quarter)).metadata()).channels).toBe(1)
  })

  it('is the same file again after four quarter turns, two half turns, two flips', async () => {
    for (const options of Object.values(kinds)) {
      const first = turned(await photograph(96, 64).jpeg(options).toBuffer(), { flop: false, quarters: 0 })
      const again = (turn: Turn, times: number) => {
        let file = first
        for (let time = 0; time < times; time++) file = turned(file, turn)
        return file
      }
      expect(again(quarter, 4).equals(first)).toBe(true)
      expect(again({ flop: false, quarters: 2 }, 2).equals(first)).toBe(true)
      expect(again({ flop: true, quarters: 0 }, 2).equals(first)).toBe(true)
      expect(again({ flop: false, quarters: 3 }, 1).equals(again(quarter, 3))).toBe(true)
    }
  })

  it('leaves alone what it cannot turn exactly: a mirrored side within an MCU, four inks', async () => {
    const uneven = await photograph(96, 68).jpeg({ chromaSubsampling: '4:2:0' }).toBuffer()
    expect(turnJpeg(uneven, quarter)).toBeUndefined()
    // Upwards the uneven side is not mirrored: its partial blocks stay at the end.
    expect(turnJpeg(uneven, { flop: false, quarters: 3 })).toBeDefined()
    const inks = await photograph(64, 64).toColourspace('cmyk').jpeg().toBuffer()
    expect(turnJpeg(inks, quarter)).toBeUndefined()
  })

  it('reads restart intervals', async () => {
    const tiles = []
    for (let shade = 0; shade < 10; shade++) {
      const tile = photograph(80, 8)
        .extract({ left: shade * 8, top: 0, width: 8, height: 8 })
        .toColourspace('b-w')
      tiles.push(await tile.jpeg({ optimiseCoding: false }).toBuffer())
    }
    const file = rowOfTiles(tiles)
    const { most } = await distance(file, quarter, turned(file, quarter))
    expect(most).toBeLessThanOrEqual(2)
    const wrong = Buffer.from(file)
    wrong[file.indexOf(Buffer.from([0xff, 0xd3])) + 1] = 0xd5
    expect(turnJpeg(wrong, quarter)).toBeUndefined()
  })

  it('keeps the profile and nothing else: no EXIF, no thumbnail, no XMP', async () => {
    const file = await photograph(64, 48)
      .withExif({ IFD0: { Copyright: 'somebody', Orientation: '6' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()
    const metadata = await sharp(turned(file, quarter)).metadata()
    expect(metadata.icc?.length).toBeGreaterThan(100)
    expect([metadata.exif, metadata.xmp, metadata.orientation]).toEqual([undefined, undefined, undefined])
  })

  describe('on damaged files', () => {
    let files: Buffer[] = []
    beforeAll(async () => {
      files = await Promise.all(Object.values(kinds).map((options) => photograph(64, 48).jpeg(options).toBuffer()))
    })

    it('never fails and never hangs', () => {
      const mutation = fc.record({
        file: fc.nat(5),
        cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        changes: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.nat(255) }), {
          maxLength: 12,
        }),
        turn: fc.constantFrom(...turns),
      })
      fc.assert(
        fc.property(mutation, ({ file, cut, changes, turn }) => {
          const bytes = Buffer.from(files[file] ?? Buffer.alloc(0))
          for (const { at, to } of changes) bytes[Math.floor(at * (bytes.length - 1))] = to
          const result = turnJpeg(cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length)), turn)
          expect(result === undefined || Buffer.isBuffer(result)).toBe(true)
        }),
        { numRuns: 1500 },
      )
    })

    it('leaves a truncated one to the decoder', () => {
      for (const file of files) expect(turnJpeg(file.subarray(0, file.length * 0.7), quarter)).toBeUndefined()
    })
  })
})

/** Grey JPEGs of one block with the same tables as one of many, each block between restart markers. */
function rowOfTiles(tiles: readonly Buffer[]): Buffer {
  const [first] = tiles
  if (first === undefined) throw new Error('no tiles')
  const scanAt = (jpeg: Buffer) => jpeg.indexOf(Buffer.from([0xff, 0xda]))
  const head = Buffer.from(first.subarray(0, scanAt(first)))
  head.writeUInt16BE(tiles.length * 8, head.indexOf(Buffer.from([0xff, 0xc0])) + 7)
  const pieces = tiles.map((tile, index) => {
    const from = scanAt(tile) + 2 + tile.readUInt16BE(scanAt(tile) + 2)
    const marker = index === tiles.length - 1 ? [] : [0xff, 0xd0 + (index % 8)]
    return Buffer.concat([tile.subarray(from, tile.length - 2), Buffer.from(marker)])
  })
  const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, 1])
  const scan = first.subarray(scanAt(first), scanAt(first) + 2 + first.readUInt16BE(scanAt(first) + 2))
  return Buffer.concat([head, interval, scan, ...pieces, Buffer.from([0xff, 0xd9])])
}

describe('a Huffman code made for frequencies', () => {
  it('is a prefix code of at most 16 bits that leaves the code of all ones free, for any frequencies', () => {
    const frequencies = fc.array(fc.oneof(fc.constant(0), fc.nat(5), fc.nat(2 ** 30)), {
      minLength: 256,
      maxLength: 256,
    })
    fc.assert(
      fc.property(frequencies, (values) => {
        const counts = Uint32Array.from(values)
        counts[7] = 3
        const { codes, lengths } = encoderFor(counts)
        let room = 0
        for (const [symbol, frequency] of counts.entries()) {
          const length = lengths[symbol] ?? 0
          expect(length > 0 && length <= 16).toBe(frequency > 0)
          if (frequency === 0) continue
          room += 2 ** (16 - length)
          expect(codes[symbol]).toBeLessThan(2 ** length - 1)
        }
        expect(room).toBeLessThan(2 ** 16)
      }),
      { numRuns: 60 },
    )
  })

  it('survives Fibonacci frequencies, which ask for the longest codes', () => {
    const counts = new Uint32Array(256)
    let [one, other] = [1, 1]
    for (let symbol = 0; symbol < 40; symbol++) {
      counts[symbol] = one
      ;[one, other] = [other, one + other]
    }
    expect(Math.max(...encoderFor(counts).lengths)).toBe(16)
  })
})
