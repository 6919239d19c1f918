/** Writes coefficients as a clean baseline JPEG with Huffman tables made for them: nothing is quantised again. */
import { blockOffset, layoutOf, type Planes, type ScanLayout } from './frame.ts'
import { codesOf, type HuffmanSpec, specFor } from './huffman.ts'

/** Receives each symbol of the stream with its extra bits. */
type Emit = (table: number, symbol: number, bits: number, size: number) => void

/** `quantisation`: by table number, in zigzag order; `metadata`: whole segments that come first; `restart`: MCUs between restart markers, 0 for none. */
export function writeJpeg(
  planes: Planes,
  quantisation: readonly (Uint16Array | undefined)[],
  metadata: readonly Uint8Array[],
  restart = 0,
): Buffer {
  const none = new Uint16Array(0)
  const layout = layoutOf(
    planes,
    planes.planes.map((plane) => ({ plane, dc: none, ac: none })),
  )
  // Tables 0 and 1: DC and AC of the first component; 2 and 3: of the others.
  const frequencies = Array.from({ length: 4 }, () => new Uint32Array(256))
  const count: Emit = (table, symbol) => {
    const counts = frequencies[table]
    if (counts !== undefined) counts[symbol] = (counts[symbol] ?? 0) + 1
  }
  symbols(layout, planes, restart, count, () => undefined)
  const specs = frequencies.map((counts) => specFor(counts))
  const codes = specs.map(codesOf)
  const out = createBits(layout.wide * layout.high * layout.blocks.length * 8)
  const write: Emit = (table, symbol, bits, size) => {
    const code = codes[table]?.[symbol] ?? 0
    out.put(code & 0xffff, code >>> 16)
    if (size > 0) out.put(bits, size)
  }
  symbols(layout, planes, restart, write, out.mark)
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...metadata,
    ...quantisationSegments(planes, quantisation),
    frameSegment(planes, quantisation),
    ...specs.flatMap((spec, table) => (table < 2 || planes.planes.length > 1 ? [huffmanSegment(spec, table)] : [])),
    ...(restart > 0 ? [segment(0xdd, [restart >> 8, restart & 255])] : []),
    scanSegment(planes),
    out.end(),
    Buffer.from([0xff, 0xd9]),
  ])
}

function symbols(
  layout: ScanLayout,
  planes: Planes,
  restart: number,
  emit: Emit,
  mark: (number: number) => void,
): void {
  const previous = new Int32Array(layout.parts)
  const mcus = planes.mcusWide * planes.mcusHigh
  const only = layout.blocks.length === 1
  for (let mcu = 0; mcu < mcus; mcu += 1) {
    if (restart > 0 && mcu > 0 && mcu % restart === 0) {
      mark((mcu / restart - 1) % 8)
      previous.fill(0)
    }
    for (const block of layout.blocks) {
      const data = block.plane.coefficients
      const at = only ? mcu * 64 : blockOffset(block, layout, mcu)
      const pair = block.part === 0 ? 0 : 2
      const dc = clamp(data[at] ?? 0, -1024, 1023)
      const difference = dc - (previous[block.part] ?? 0)
      previous[block.part] = dc
      value(emit, pair, 0, difference)
      let run = 0
      for (let k = 1; k < 64; k += 1) {
        const ac = data[at + k] ?? 0
        if (ac === 0) {
          run += 1
          continue
        }
        for (; run > 15; run -= 16) emit(pair + 1, 0xf0, 0, 0)
        value(emit, pair + 1, run << 4, clamp(ac, -1023, 1023))
        run = 0
      }
      if (run > 0) emit(pair + 1, 0, 0, 0)
    }
  }
}

function value(emit: Emit, table: number, run: number, signed: number): void {
  const size = 32 - Math.clz32(Math.abs(signed))
  emit(table, run | size, signed < 0 ? signed + (1 << size) - 1 : signed, size)
}

const clamp = (signed: number, least: number, most: number) => Math.min(most, Math.max(least, signed))

function createBits(guess: number) {
  let buffer = Buffer.allocUnsafe(Math.max(1024, guess))
  let length = 0
  let held = 0
  let count = 0
  const byte = (next: number) => {
    if (length + 2 > buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)])
    buffer[length++] = next
    if (next === 0xff) buffer[length++] = 0
  }
  const put = (bits: number, size: number) => {
    held = (held << size) | (bits & ((1 << size) - 1))
    count += size
    while (count >= 8) {
      count -= 8
      byte((held >>> count) & 0xff)
    }
    held &= (1 << count) - 1
  }
  const fill = () => {
    if (count > 0) put((1 << (8 - count)) - 1, 8 - count)
  }
  return {
    put,
    mark(number: number) {
      fill()
      if (length + 2 > buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)])
      buffer[length++] = 0xff
      buffer[length++] = 0xd0 + number
    },
    end() {
      fill()
      return buffer.subarray(0, length)
    },
  }
}

function segment(marker: number, body: readonly number[]): Buffer {
  const length = body.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...body])
}

function quantisationSegments(planes: Planes, tables: readonly (Uint16Array | undefined)[]): Buffer[] {
  return [...new Set(planes.planes.map(({ table }) => table))].map((index) =>
    quantisationSegment(index, tables[index] ?? new Uint16Array(64).fill(16)),
  )
}

export function quantisationSegment(index: number, table: Uint16Array): Buffer {
  const wide = table.some((step) => step > 255)
  const steps = [...table].flatMap((step) => (wide ? [step >> 8, step & 255] : [step]))
  return segment(0xdb, [(wide ? 16 : 0) | index, ...steps])
}

export function frameSegment({ frame }: Pick<Planes, 'frame'>, tables: readonly (Uint16Array | undefined)[]): Buffer {
  const { width, height, components, kind } = frame
  const wide = tables.some((table) => table?.some((step) => step > 255))
  const parts = components.flatMap(({ id, h, v, table }) => [id, (h << 4) | v, table])
  const marker = kind === 0xc2 ? 0xc0 : kind
  return segment(wide ? 0xc1 : marker, [
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    components.length,
    ...parts,
  ])
}

export function huffmanSegment({ counts, values }: HuffmanSpec, table: number): Buffer {
  return segment(0xc4, [((table & 1) << 4) | (table >> 1), ...counts, ...values])
}

function scanSegment({ frame }: Planes): Buffer {
  const parts = frame.components.flatMap(({ id }, index) => [id, index === 0 ? 0 : 0x11])
  return segment(0xda, [frame.components.length, ...parts, 0, 63, 0])
}
