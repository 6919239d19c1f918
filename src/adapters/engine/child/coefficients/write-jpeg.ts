/** Writes coefficients as a baseline JPEG whose Huffman tables are made for them. */
import { type Encoder, encoderFor } from './huffman.ts'
import { type JpegFile, Unsuited } from './jpeg-file.ts'
import { type Plane, type TurnedFrame, turnTable } from './planes.ts'

/** Of larger pictures every fourth row of MCUs is counted for the tables: a quarter of the time, a thousandth of the bytes. */
const countedBlocks = 40_000

/** One component's share of an MCU in writing. */
interface Part {
  plane: Plane
  h: number
  v: number
  /** Which tables: luma's or colour's. */
  kind: 0 | 1
}

/** @throws Unsuited for coefficients that baseline cannot say */
export function writeJpeg(jpeg: JpegFile, turned: TurnedFrame): Buffer {
  const { frame, quantisation, kept } = jpeg
  const { width, height, transposed, planes } = turned
  const components = frame.components.map((component) => ({
    ...component,
    ...(transposed ? { h: component.v, v: component.h } : {}),
  }))
  const parts = components.flatMap(({ h, v }, index): Part[] => {
    const plane = planes[index]
    return plane === undefined ? [] : [{ plane, h, v, kind: index === 0 ? 0 : 1 }]
  })
  const encoders = tablesFor(parts)
  const used = [...new Set(components.map(({ table }) => table))]
  const tables = used.map((number) => {
    const table = quantisation.get(number)
    if (table === undefined) throw new Unsuited('no quantisation table')
    return { number, table: turnTable(table, transposed) }
  })
  const wide = tables.some(({ table }) => table.some((step) => step > 255))
  const head = [
    Buffer.from([0xff, 0xd8]),
    ...kept.map((segment) => keptSegment(segment, transposed)),
    ...tables.map(({ number, table }) => quantisationSegment(number, table)),
    // 16-bit tables are not baseline but extended.
    segment(wide ? 0xc1 : 0xc0, [
      8,
      ...[height >> 8, height & 255, width >> 8, width & 255, components.length],
      ...components.flatMap(({ id, h, v, table }) => [id, (h << 4) | v, table]),
    ]),
    ...encoders.flatMap(({ dc, ac }, kind) => [huffmanSegment(kind, dc), huffmanSegment(0x10 | kind, ac)]),
    segment(0xda, [
      components.length,
      ...components.flatMap(({ id }, index) => [id, index === 0 ? 0x00 : 0x11]),
      ...[0, 63, 0],
    ]),
  ]
  return Buffer.concat([...head, stuffed(encode(parts, encoders)), Buffer.from([0xff, 0xd9])])
}

interface Tables {
  dc: Encoder
  ac: Encoder
}

function tablesFor(parts: readonly Part[]): Tables[] {
  const kinds = parts.length === 1 ? [0] : [0, 1]
  return kinds.map((kind) => {
    const [dc, ac] = [new Uint32Array(256), new Uint32Array(256)]
    const blocks = parts.reduce((sum, { plane }) => sum + plane.wide * plane.high, 0)
    const every = blocks > countedBlocks ? 4 : 1
    // What was not counted may still come.
    if (every > 1) {
      dc.fill(1, 0, 12)
      for (let symbol = 0; symbol < 256; symbol++) {
        const size = symbol & 15
        if (size === 0 ? symbol === 0 || symbol === 0xf0 : size <= 10) ac[symbol] = 1
      }
    }
    for (const part of parts) if (part.kind === kind) count(part, every, dc, ac)
    return { dc: encoderFor(dc), ac: encoderFor(ac) }
  })
}

/** Number of the highest bit of a value's magnitude, from 1. */
const sizeOf = (value: number) => 32 - Math.clz32((value ^ (value >> 31)) - (value >> 31))

function count({ plane, h, v }: Part, every: number, dc: Uint32Array, ac: Uint32Array): void {
  const { values, masks, wide, high } = plane
  const add = (counts: Uint32Array, symbol: number) => {
    counts[symbol] = (counts[symbol] ?? 0) + 1
  }
  let previous = 0
  for (let unitRow = 0; unitRow < high; unitRow += v * every) {
    // In the order in which they are written, because the DC is coded as a difference.
    for (let column = 0; column < wide; column += h) {
      for (let y = unitRow; y < Math.min(unitRow + v, high); y++) {
        for (let x = column; x < column + h; x++) {
          const block = y * wide + x
          const direct = values[block * 64] ?? 0
          add(dc, sizeOf(direct - previous))
          previous = direct
          let last = 0
          for (let half = 0; half < 2; half++) {
            for (let mask = masks[block * 2 + half] ?? 0; mask !== 0; mask &= mask - 1) {
              const at = half * 32 + 31 - Math.clz32(mask & -mask)
              let run = at - last - 1
              for (; run > 15; run -= 16) add(ac, 0xf0)
              add(ac, (run << 4) | sizeOf(values[block * 64 + at] ?? 0))
              last = at
            }
          }
          if (last < 63) add(ac, 0)
        }
      }
    }
  }
}

/** The entropy-coded bits, not yet stuffed, filled up with ones. The hot loop of writing. */
function encode(parts: readonly Part[], tables: readonly Tables[]): Buffer {
  const [first] = parts
  if (first === undefined) throw new Unsuited('no component')
  const unitsWide = first.plane.wide / first.h
  const unitsHigh = first.plane.high / first.v
  const writer = createWriter(parts.reduce((sum, { plane }) => sum + plane.values.length, 0))
  const predictions = new Int32Array(parts.length)
  for (let row = 0; row < unitsHigh; row++) {
    for (let column = 0; column < unitsWide; column++) {
      for (let index = 0; index < parts.length; index++) {
        const { plane, h, v, kind } = parts[index] ?? first
        const table = tables[kind]
        if (table === undefined) continue
        for (let y = row * v; y < row * v + v; y++) {
          for (let x = column * h; x < column * h + h; x++) {
            const block = y * plane.wide + x
            writer.block(plane, block, predictions[index] ?? 0, table)
            predictions[index] = plane.values[block * 64] ?? 0
          }
        }
      }
    }
  }
  return writer.end()
}

function createWriter(coefficients: number) {
  let bytes = Buffer.allocUnsafe(Math.max(4096, coefficients >> 2))
  let view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  /** Bits that wait, from the top, and how many more fit in 32. */
  let waiting = 0
  let free = 32

  function grow(): void {
    const larger = Buffer.allocUnsafe(bytes.length * 2)
    bytes.copy(larger, 0, 0, at)
    bytes = larger
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  return {
    block({ values, masks }: Plane, block: number, prediction: number, { dc, ac }: Tables): void {
      // No block takes more: 64 values of 26 bits.
      if (at + 256 > bytes.length) grow()
      let [acc, room, to] = [waiting, free, at]
      const base = block * 64
      const difference = (values[base] ?? 0) - prediction
      const dcSize = sizeOf(difference)
      let length = (dc.lengths[dcSize] ?? 0) + dcSize
      if (dcSize > 11 || length === dcSize) throw new Unsuited('a difference that baseline cannot say')
      const dcBits = (difference < 0 ? difference - 1 : difference) & ((1 << dcSize) - 1)
      let bits = ((dc.codes[dcSize] ?? 0) << dcSize) | dcBits
      room -= length
      if (room >= 0) acc |= bits << room
      else {
        view.setInt32(to, acc | (bits >>> -room))
        to += 4
        room += 32
        acc = bits << room
      }
      let last = 0
      const { codes, lengths } = ac
      for (let half = 0; half < 2; half++) {
        for (let mask = masks[block * 2 + half] ?? 0; mask !== 0; mask &= mask - 1) {
          const k = half * 32 + 31 - Math.clz32(mask & -mask)
          let run = k - last - 1
          last = k
          for (; run > 15; run -= 16) {
            bits = codes[0xf0] ?? 0
            room -= lengths[0xf0] ?? 0
            if (room >= 0) acc |= bits << room
            else {
              view.setInt32(to, acc | (bits >>> -room))
              to += 4
              room += 32
              acc = bits << room
            }
          }
          const value = values[base + k] ?? 0
          const size = sizeOf(value)
          const symbol = (run << 4) | size
          if (size > 10) throw new Unsuited('a value that baseline cannot say')
          bits = ((codes[symbol] ?? 0) << size) | ((value + (value >> 31)) & ((1 << size) - 1))
          length = (lengths[symbol] ?? 0) + size
          room -= length
          if (room >= 0) acc |= bits << room
          else {
            view.setInt32(to, acc | (bits >>> -room))
            to += 4
            room += 32
            acc = bits << room
          }
        }
      }
      if (last < 63) {
        bits = codes[0] ?? 0
        room -= lengths[0] ?? 0
        if (room >= 0) acc |= bits << room
        else {
          view.setInt32(to, acc | (bits >>> -room))
          to += 4
          room += 32
          acc = bits << room
        }
      }
      waiting = acc
      free = room
      at = to
    },
    end(): Buffer {
      if (at + 4 > bytes.length) grow()
      const used = Math.ceil((32 - free) / 8)
      const fill = free === 0 ? 0 : 0xffffffff >>> (32 - free)
      view.setInt32(at, waiting | fill)
      return bytes.subarray(0, at + used)
    },
  }
}

/** A zero byte after every 0xff. */
function stuffed(bytes: Buffer): Buffer {
  let count = 0
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) count++
  const result = Buffer.alloc(bytes.length + count)
  let to = 0
  for (let from = 0; from < bytes.length; ) {
    const next = bytes.indexOf(0xff, from)
    const stop = next === -1 ? bytes.length : next + 1
    to += bytes.copy(result, to, from, stop)
    if (next !== -1) to += 1
    from = stop
  }
  return result
}

function segment(marker: number, body: readonly number[]): Buffer {
  const length = body.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...body])
}

function quantisationSegment(number: number, table: Uint16Array): Buffer {
  const wide = table.some((step) => step > 255)
  const steps = [...table].flatMap((step) => (wide ? [step >> 8, step & 255] : [step]))
  return segment(0xdb, [(wide ? 0x10 : 0) | number, ...steps])
}

function huffmanSegment(number: number, { counts, symbols }: Encoder): Buffer {
  return segment(0xc4, [number, ...counts, ...symbols])
}

/** As it was, but a JFIF header without its thumbnail, and with its densities exchanged when the sides are. */
function keptSegment(segment: Buffer, transposed: boolean): Buffer {
  if (segment[1] !== 0xe0 || segment.length < 18) return segment
  const header = Buffer.from(segment.subarray(0, 18))
  header.writeUInt16BE(16, 2)
  header.writeUInt16BE(0, 16)
  if (transposed) segment.copy(header, 12, 14, 16)
  if (transposed) segment.copy(header, 14, 12, 14)
  return header
}
