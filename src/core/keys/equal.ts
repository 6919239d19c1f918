/** Comparing secrets. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** True when both texts are equal; takes the same time wherever they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
