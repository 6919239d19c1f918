/** gzip and brotli for stored texts, on the way out. */
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

const texts =
  /^(text\/|application\/(json|javascript|xml|xhtml\+xml|manifest\+json|geo\+json|ld\+json|wasm)|image\/svg\+xml|font\/(ttf|otf))/
/** Below, the frame of an encoding weighs more than it saves. */
const smallest = 512

export const isCompressible = (type: string, size: number) => texts.test(type) && size >= smallest

/** The best of what the client takes; undefined: as it is. */
export function encodingFor(acceptEncoding: string | undefined): Encoding | undefined {
  const qualities = new Map(
    (acceptEncoding ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => part.split(';').map((text) => text.trim()))
      .map(([name = '', ...params]) => {
        const q = params.find((param) => param.startsWith('q='))?.slice(2)
        return [name, q === undefined ? 1 : Number(q) || 0] as const
      }),
  )
  const quality = (name: Encoding) => qualities.get(name) ?? qualities.get('*') ?? 0
  const [best] = (['br', 'gzip'] as const).toSorted((left, right) => quality(right) - quality(left))
  return best !== undefined && quality(best) > 0 ? best : undefined
}

/** Errors of the source reach the result. */
export function compressed(source: Readable, encoding: Encoding): Readable {
  const through: Transform =
    encoding === 'gzip'
      ? createGzip({ level: 6 })
      : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
  return pipeline(source, through, () => undefined)
}
