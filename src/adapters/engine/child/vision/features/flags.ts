/** What kind of picture it is, as far as pixels alone tell: blank, dark, a document, grey. Each 0 or 1. */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { View } from '../raster.ts'
import type { Tone } from './tone.ts'

export function flagsOf(view: View, { features }: Tone): Features {
  const { deviation = 0, entropy = 0, lightest = 0, brightness = 0, coloured = 0, colourfulness = 0 } = features
  const { nearWhite, common } = palette(view)
  const document = nearWhite > 0.45 && common > 0.6 && coloured < 0.25
  return {
    nearWhite,
    commonColours: common,
    blank: flag(deviation < 0.012 || (entropy < 0.6 && !document)),
    dark: flag(brightness < 0.08 && lightest < 0.45),
    document: flag(document),
    grey: flag(colourfulness < 4),
  }
}

const flag = (is: boolean) => (is ? 1 : 0)

/** Share of near-white pixels, and of the four commonest of 4,096 colours; of every second pixel of every second row. */
function palette({ data, width, height }: View): { nearWhite: number; common: number } {
  const counts = new Uint32Array(4096)
  let [white, all] = [0, 0]
  for (let y = 0; y < height; y += 2) {
    for (let x = 0, at = y * width * 3; x < width; x += 2, at += 6) {
      const red = data[at] ?? 0
      const green = data[at + 1] ?? 0
      const blue = data[at + 2] ?? 0
      const colour = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4)
      counts[colour] = (counts[colour] ?? 0) + 1
      if (red > 228 && green > 228 && blue > 228) white++
      all++
    }
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = counts.sort().reverse()
  return { nearWhite: white / all, common: (first + second + third + fourth) / all }
}
