/** A JPEG frame in memory: its planes of quantised coefficients, in zigzag order, and how its scans run over them. */
import type { HuffmanLookup } from './huffman.ts'

export interface ComponentSpec {
  id: number
  h: number
  v: number
  /** Which quantisation table. */
  table: number
}

export interface FrameSpec {
  /** 0xc0 baseline, 0xc1 extended, 0xc2 progressive. */
  kind: number
  width: number
  height: number
  components: ComponentSpec[]
}

export interface Plane extends ComponentSpec {
  /** Blocks, filled up to whole MCUs. */
  blocksWide: number
  blocksHigh: number
  /** Blocks that show the picture: what scans of this component alone run over. */
  ownWide: number
  ownHigh: number
  coefficients: Int16Array
  /** In zigzag order. */
  quantisation: Uint16Array
}

export interface Planes {
  frame: FrameSpec
  mcusWide: number
  mcusHigh: number
  mcuWidth: number
  mcuHeight: number
  planes: Plane[]
}

export function mcuSides({ components }: Pick<FrameSpec, 'components'>): [width: number, height: number] {
  // A picture of one component has MCUs of one block, whatever its sampling says.
  if (components.length === 1) return [8, 8]
  return [8 * Math.max(...components.map(({ h }) => h)), 8 * Math.max(...components.map(({ v }) => v))]
}

/** Bytes that the coefficients of the frame take. */
export function coefficientBytes(frame: FrameSpec): number {
  const [mcuWidth, mcuHeight] = mcuSides(frame)
  const mcus = Math.ceil(frame.width / mcuWidth) * Math.ceil(frame.height / mcuHeight)
  const blocks = frame.components.length === 1 ? 1 : frame.components.reduce((sum, { h, v }) => sum + h * v, 0)
  return mcus * blocks * 128
}

/** `quantisation`: by table number; a table that is missing must have been put in before. */
export function createPlanes(frame: FrameSpec, quantisation: readonly (Uint16Array | undefined)[]): Planes {
  const [mcuWidth, mcuHeight] = mcuSides(frame)
  const mcusWide = Math.ceil(frame.width / mcuWidth)
  const mcusHigh = Math.ceil(frame.height / mcuHeight)
  const alone = frame.components.length === 1
  const planes = frame.components.map((component) => {
    const [h, v] = alone ? [1, 1] : [component.h, component.v]
    const [blocksWide, blocksHigh] = [mcusWide * h, mcusHigh * v]
    return {
      ...component,
      h,
      v,
      blocksWide,
      blocksHigh,
      ownWide: Math.ceil((frame.width * h) / mcuWidth),
      ownHigh: Math.ceil((frame.height * v) / mcuHeight),
      coefficients: new Int16Array(blocksWide * blocksHigh * 64),
      quantisation: quantisation[component.table] ?? new Uint16Array(64).fill(1),
    }
  })
  return { frame, mcusWide, mcusHigh, mcuWidth, mcuHeight, planes }
}

/** One block of an MCU of a scan. */
export interface ScanBlock {
  plane: Plane
  /** Place of the plane among the scan's components. */
  part: number
  /** Place in the MCU, in blocks. */
  dx: number
  dy: number
  dc: HuffmanLookup
  ac: HuffmanLookup
}

export interface ScanLayout {
  /** MCUs in a row of this scan, and in all. */
  wide: number
  high: number
  blocks: ScanBlock[]
  parts: number
}

export interface ScanPart {
  plane: Plane
  dc: HuffmanLookup
  ac: HuffmanLookup
}

/** A scan of one component runs block by block over the picture itself, without the filling up. */
export function layoutOf({ mcusWide, mcusHigh }: Planes, parts: readonly ScanPart[]): ScanLayout {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    const { plane } = only
    return { wide: plane.ownWide, high: plane.ownHigh, blocks: [{ ...only, part: 0, dx: 0, dy: 0 }], parts: 1 }
  }
  const blocks = parts.flatMap((scanPart, part) => {
    const { h, v } = scanPart.plane
    return Array.from({ length: h * v }, (_, at) => ({ ...scanPart, part, dx: at % h, dy: Math.floor(at / h) }))
  })
  return { wide: mcusWide, high: mcusHigh, blocks, parts: parts.length }
}

/** Where the block of MCU `mcu` stands in its plane's coefficients. */
export function blockOffset(block: ScanBlock, layout: ScanLayout, mcu: number): number {
  const { plane, dx, dy } = block
  const row = Math.floor(mcu / layout.wide)
  const column = mcu - row * layout.wide
  const single = layout.blocks.length === 1
  const x = single ? column : column * plane.h + dx
  const y = single ? row : row * plane.v + dy
  return (y * plane.blocksWide + x) * 64
}
