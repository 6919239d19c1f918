/** Puts standard tables in where a JPEG has lost its own, and writes its parts together again as they are. */
import type { FrameSpec } from './frame.ts'
import type { ParsedJpeg, ScanSpec } from './parse.ts'
import { estimateQuality, standardAc, standardDc, standardQuantisation } from './tables.ts'
import { frameSegment, huffmanSegment, quantisationSegment } from './write.ts'

/** Fills missing tables in place and tells of it. `quality`: of libjpeg, where no table is left to guess it from. */
export function completeTables(parsed: ParsedJpeg, frame: FrameSpec, quality: number): void {
  const { quantisation, findings } = parsed
  const [first] = frame.components
  const luma = quantisation[first?.table ?? 0]
  const chroma = frame.components.slice(1).find(({ table }) => quantisation[table] !== undefined)
  const estimated =
    luma !== undefined
      ? estimateQuality(luma, 'luminance')
      : chroma !== undefined
        ? estimateQuality(quantisation[chroma.table] ?? new Uint16Array(64), 'chrominance')
        : quality
  for (const [index, { table }] of frame.components.entries()) {
    if (quantisation[table] !== undefined) continue
    quantisation[table] = standardQuantisation(index === 0 ? 'luminance' : 'chrominance', estimated)
    findings.add('A quantisation table was missing; the standard one for the estimated quality was put in.')
  }
  for (const scan of parsed.scans) completeHuffman(scan, findings)
}

function completeHuffman(scan: ScanSpec, findings: Set<string>): void {
  for (const { component, dc, ac } of scan.parts) {
    const kind = component === 0 ? 0 : 1
    const needsDc = scan.spectralFrom === 0 && scan.approxHigh === 0
    const needsAc = scan.spectralTo > 0
    if (needsDc && scan.dcTables[dc] === undefined) {
      scan.dcTables[dc] = standardDc[kind]
      findings.add('A Huffman table was missing; the standard one was put in.')
    }
    if (needsAc && scan.acTables[ac] === undefined) {
      scan.acTables[ac] = standardAc[kind]
      findings.add('A Huffman table was missing; the standard one was put in.')
    }
  }
}

/** The file from its sound parts, the coded data byte for byte. */
export function reassemble(bytes: Buffer, parsed: ParsedJpeg, frame: FrameSpec): Buffer {
  const tables = [...new Set(frame.components.map(({ table }) => table))]
  const parts: Uint8Array[] = [Buffer.from([0xff, 0xd8]), ...parsed.metadata]
  for (const index of tables) {
    const table = parsed.quantisation[index]
    if (table !== undefined) parts.push(quantisationSegment(index, table))
  }
  const head = frameSegment({ frame }, parsed.quantisation)
  if (frame.kind === 0xc2) head[1] = 0xc2
  parts.push(head)
  let restart = 0
  for (const scan of parsed.scans) {
    for (const [index, spec] of scan.dcTables.entries())
      if (spec !== undefined) parts.push(huffmanSegment(spec, index << 1))
    for (const [index, spec] of scan.acTables.entries())
      if (spec !== undefined) parts.push(huffmanSegment(spec, (index << 1) | 1))
    if (scan.restart !== restart) {
      restart = scan.restart
      parts.push(Buffer.from([0xff, 0xdd, 0, 4, restart >> 8, restart & 255]))
    }
    const selectors = scan.parts.flatMap(({ component, dc, ac }) => [
      frame.components[component]?.id ?? 0,
      (dc << 4) | ac,
    ])
    const length = 6 + selectors.length
    const approx = (scan.approxHigh << 4) | scan.approxLow
    const header = [0, length, scan.parts.length, ...selectors, scan.spectralFrom, scan.spectralTo, approx]
    parts.push(Buffer.from([0xff, 0xda, ...header]), bytes.subarray(scan.dataFrom, scan.dataTo))
  }
  parts.push(Buffer.from([0xff, 0xd9]))
  return Buffer.concat(parts)
}
