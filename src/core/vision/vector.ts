/** A picture as numbers, kept in a byte each: likeness loses nothing that matters (480 numbers in 480 bytes). */
import type { Sight } from '../processing/sight.ts'

export interface Vector {
  /** Which numbers can be compared: those of one model. */
  space: string
  /** Of a byte's 1. */
  scale: number
  /** Signed bytes. */
  bytes: Uint8Array
}

/** Undefined: no model gave one, or all of it is zero. */
export function vectorOf({
  embedding,
  embeddedBy,
  models,
}: Pick<Sight, 'embedding' | 'embeddedBy' | 'models'>): Vector | undefined {
  if (embedding === null) return undefined
  const largest = embedding.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (!(largest > 0) || !Number.isFinite(largest)) return undefined
  const scale = largest / 127
  const bytes = new Uint8Array(embedding.length)
  for (const [index, value] of embedding.entries()) bytes[index] = Math.round(value / scale)
  return { space: `${embeddedBy ?? models[0] ?? 'none'}/${embedding.length}`, scale, bytes }
}

/** The numbers again, each off by half a scale at most. */
export function numbersOf({ scale, bytes }: Pick<Vector, 'scale' | 'bytes'>): number[] {
  return Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), (value) => value * scale)
}
