/** `customCoordinates`: the area of a picture that `fo-custom` keeps (media-library-api.md sections 5.1 and 6). */
import { invalid } from '../errors.ts'

const shape = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*,\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/

/** `x,y,width,height` as it is stored. @throws DomainError `invalid` with the given param */
export function areaOf(given: string, param: string): string {
  const numbers = shape.exec(given)?.slice(1).map(Number) ?? []
  const [, , width = 0, height = 0] = numbers
  if (width > 0 && height > 0) return numbers.join(',')
  throw invalid(
    param,
    `${param} must be x,y,width,height: four whole numbers such as 10,10,20,20, the last two from 1 on.`,
  )
}

/** As they are stored; undefined: the file has none. */
export function parseCoordinates(
  stored: string | null,
): { x: number; y: number; width: number; height: number } | undefined {
  if (stored === null) return undefined
  const [x = 0, y = 0, width = 0, height = 0] = stored.split(',').map(Number)
  return { x, y, width, height }
}
