/** Reads the coefficients of all scans, block by block in the order of the file. */
import { type Segments, segmentsOf } from './bits.ts'
import { type Decoder, decoderOf } from './huffman.ts'
import { type HuffmanSpec, type JpegFile, type Scan, Unsuited } from './jpeg-file.ts'
import type { Plane, TurnedFrame } from './planes.ts'
import { firstAlternating, firstDirect, refineAlternating, refineDirect } from './progressive.ts'
import { sequential } from './sequential.ts'

/** Reads one block of a scan's `part` from a bit position and returns the next; more than `end` is refused. */
export interface BlockReader {
  read(plane: Plane, block: number, part: number, position: number): number
  /** A restart marker was passed: predictions and runs begin anew. */
  reset(): void
}

/** What a reader needs to know of its scan. */
export interface Reading {
  scan: Scan
  words: Int32Array
  turned: TurnedFrame
  /** Tables of each part; reading without one refuses the file. */
  dc(part: number): Decoder
  ac(part: number): Decoder
}

/** @throws Unsuited when anything is amiss: damage is for other hands */
export function readScans(file: Buffer, jpeg: JpegFile, turned: TurnedFrame): void {
  const { frame, scans } = jpeg
  const seen = new Set<number>()
  for (const scan of scans) {
    const segments = segmentsOf(file, scan)
    const reading = readingOf(scan, segments, turned)
    walk(jpeg, scan, segments, turned, readerOf(reading, frame.progressive))
    for (const { component } of scan.components) {
      // A baseline component comes once; a progressive one has its DC first.
      if (frame.progressive ? scan.from > 0 && !seen.has(component) : seen.has(component)) {
        throw new Unsuited('scans out of order')
      }
      seen.add(component)
    }
  }
  if (seen.size !== frame.components.length) throw new Unsuited('a component without data')
}

function readingOf(scan: Scan, { words }: Segments, turned: TurnedFrame): Reading {
  const decoders = (kind: 'dc' | 'ac') => {
    const made = new Map<HuffmanSpec, Decoder>()
    return (part: number) => {
      const spec = scan.components[part]?.[kind]
      if (spec === undefined) throw new Unsuited('a scan without its tables')
      const decoder = made.get(spec) ?? decoderOf(spec)
      made.set(spec, decoder)
      return decoder
    }
  }
  return { scan, words, turned, dc: decoders('dc'), ac: decoders('ac') }
}

function readerOf(reading: Reading, progressive: boolean): BlockReader {
  if (!progressive) return sequential(reading)
  const { from, high } = reading.scan
  if (from === 0) return high === 0 ? firstDirect(reading) : refineDirect(reading)
  return high === 0 ? firstAlternating(reading) : refineAlternating(reading)
}

function walk({ frame }: JpegFile, scan: Scan, segments: Segments, turned: TurnedFrame, reader: BlockReader): void {
  const alone = scan.components.length === 1
  const parts = scan.components.flatMap(({ component: index }) => {
    const [component, plane] = [frame.components[index], turned.planes[index]]
    if (component === undefined || plane === undefined) return []
    return [{ component, plane, h: alone ? 1 : component.h, v: alone ? 1 : component.v }]
  })
  const [first] = parts
  if (first === undefined) return
  // A component alone comes in blocks without padding, several together in MCUs.
  const wide = alone ? first.component.blocksWide : Math.ceil(frame.width / (8 * frame.h))
  const high = alone ? first.component.blocksHigh : Math.ceil(frame.height / (8 * frame.v))
  const { starts, ends } = segments
  let segment = 0
  let position = starts[0] ?? 0
  let end = ends[0] ?? 0
  let left = scan.restart
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      if (scan.restart > 0 && left-- === 0) {
        checkEnd(position, end)
        segment += 1
        position = starts[segment] ?? Number.POSITIVE_INFINITY
        end = ends[segment] ?? 0
        left = scan.restart - 1
        reader.reset()
      }
      if (position > end) throw new Unsuited('the data end early')
      for (let part = 0; part < parts.length; part++) {
        const { plane, h, v } = parts[part] ?? first
        for (let y = row * v; y < row * v + v; y++) {
          for (let x = column * h; x < column * h + h; x++) {
            position = reader.read(plane, plane.first + x * plane.stepX + y * plane.stepY, part, position)
          }
        }
      }
    }
  }
  checkEnd(position, end)
  if (segment !== starts.length - 1) throw new Unsuited('more pieces of data than the picture needs')
}

/** The last byte is filled with ones; more would be data that nobody reads. */
function checkEnd(position: number, end: number): void {
  if (position > end) throw new Unsuited('the data end early')
  if (end - position >= 16) throw new Unsuited('more data than the picture needs')
}
