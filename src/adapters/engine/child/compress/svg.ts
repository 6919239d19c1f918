/**
 * SVG, shortened by svgo with the rewrites that cannot change what is drawn, then drawn before and after and compared.
 * Scripts and event handlers go: nothing served here runs them.
 */
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { Config } from 'svgo'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import type { Header } from '../picture.ts'
import { minifySvg, sizedSvg } from '../svg.ts'
import { type Raster, similarity, toRaster } from './similarity.ts'

/** Decimal places of coordinates. */
const places: Record<CompressionLevel, number> = { low: 4, recommended: 3, extreme: 2 }
const gentler: Partial<Record<CompressionLevel, CompressionLevel>> = { extreme: 'recommended', recommended: 'low' }
/** Longer ones are only relieved of comments: the optimiser holds a tree of a hundred times their bytes. */
const longest = 4 * 1024 * 1024
/** The drawings are compared at this side. */
const side = 512
const least = 0.998

/** The shortest text of this level and the gentler ones that draws the same. */
export async function compressSvg(header: Header, level: CompressionLevel): Promise<Buffer> {
  // The header's input may have been given sides; the file itself is what is shortened.
  const source = typeof header.input === 'string' ? await readFile(header.input) : header.input
  const plain = minifySvg(source)
  // Entities could grow without end in the optimiser; what moves cannot be judged by one drawing.
  const special = /<!ENTITY|<(?:[\w-]+:)?(?:animate|set)/.test(source.toString('latin1'))
  if (special || source.length > longest || !Buffer.from(source.toString('utf8')).equals(source)) return plain
  const before = await draw(source)
  let best = plain
  for (let each: CompressionLevel | undefined = level; each !== undefined; each = gentler[each]) {
    const text = await shorten(source.toString('utf8'), each)
    if (text === undefined || text.length >= best.length) continue
    const after = await draw(text)
    if (before !== undefined && after !== undefined && similarity(before, after) >= least) best = text
  }
  return best
}

async function shorten(text: string, level: CompressionLevel): Promise<Buffer | undefined> {
  // Large, and needed by this alone: 18 MB and half a second that other children do without.
  const { optimize } = await import('svgo')
  try {
    return Buffer.from(optimize(text, config(places[level])).data)
  } catch {
    // What the optimiser cannot parse stays as it is.
    return undefined
  }
}

/**
 * Without the rewrites that look at what is hidden or unused: animations, styles and links from outside may show it. The
 * viewBox stays, or the picture would no longer scale.
 */
function config(floatPrecision: number): Config {
  return {
    multipass: true,
    floatPrecision,
    plugins: [
      {
        name: 'preset-default',
        params: {
          overrides: {
            removeHiddenElems: false,
            removeUselessDefs: false,
            removeUnknownsAndDefaults: false,
            removeDesc: false,
            cleanupIds: false,
            convertShapeToPath: false,
            mergePaths: false,
            moveElemsAttrsToGroup: false,
            moveGroupAttrsToElems: false,
          },
        },
      },
      'removeScripts',
    ],
  }
}

async function draw(svg: Buffer): Promise<Raster | undefined> {
  try {
    const image = sharp(svg, { limitInputPixels: false }).resize(side, side, { fit: 'inside' })
    return await toRaster(image, true, true)
  } catch {
    const sized = sizedSvg(svg)
    return sized === undefined || sized.equals(svg) ? undefined : await draw(sized)
  }
}
