/** What a crop is to hold (`fo`, image-urls.md section 3): boxes of faces and things that a look at the original found. */
import type { Surroundings } from './follow.ts'
import type { Area, Size } from './geometry.ts'
import type { Box, DetectedObject, Face } from './sight.ts'
import type { Focus, Part, Step } from './transformation.ts'

/** Of the upright original. */
export interface FoundThings {
  faces: readonly Face[]
  objects: readonly DetectedObject[]
}

/** Less certain ones count only where nothing better was found. */
const sure = 0.4

/** The box of the step's focus in the pixels of a picture of `current`; undefined: it has none, or nothing was found. */
export function focusBox({ focus }: Step, current: Size, around: Surroundings): Area | undefined {
  if (focus?.type === 'custom') return customBox(current, around)
  const boxes = focus === undefined ? [] : boxesOf(focus, foundIn(current, around))
  if (boxes.length === 0) return undefined
  const left = Math.min(...boxes.map(({ x }) => x))
  const top = Math.min(...boxes.map(({ y }) => y))
  const right = Math.max(...boxes.map(({ x, width }) => x + width))
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height))
  return {
    left: left * current.width,
    top: top * current.height,
    width: (right - left) * current.width,
    height: (bottom - top) * current.height,
  }
}

/** The box of `fo-custom` in the pixels of a picture that came from the original by steps before. */
function customBox(current: Size, { original, coordinates }: Surroundings): Area | undefined {
  if (coordinates === undefined) return undefined
  const [x, y] = [current.width / original.width, current.height / original.height]
  return {
    left: coordinates.x * x,
    top: coordinates.y * y,
    width: coordinates.width * x,
    height: coordinates.height * y,
  }
}

/** Nothing once the picture was cut: what was found may lie elsewhere, or be gone. */
export function foundIn({ width, height }: Size, { original, found }: Surroundings): FoundThings {
  const scaled = Math.abs((width * original.height) / (height * original.width) - 1) < 0.02
  return found !== undefined && scaled ? found : { faces: [], objects: [] }
}

function boxesOf(focus: Focus, { faces, objects }: FoundThings): Box[] {
  if (focus.type === 'face') return faces.map(({ box }) => box)
  if (focus.type !== 'object') return []
  const name = spoken(focus.name)
  const alike = objects.filter((object) => object.name === name)
  const certain = alike.filter(({ confidence }) => confidence >= sure)
  return (certain.length > 0 ? certain : alike.slice(0, 1)).map(({ box }) => box)
}

/** `trafficLight` as detectors call it: `traffic light`. */
const spoken = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** Whether a look at the original decides where something is cut. */
export function seeks(parts: readonly Part[]): boolean {
  return parts.some((part) => {
    if (part.type === 'if') return seeks(part.then) || seeks(part.otherwise)
    const type = part.focus?.type
    return type === 'auto' || type === 'face' || type === 'object'
  })
}
