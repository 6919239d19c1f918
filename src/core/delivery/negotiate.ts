/** What a request's headers wish for (image-urls.md section 5): formats by Accept, client hints. */

export type ModernFormat = 'avif' | 'webp'

/** Sides and density of the client's place for the picture. */
export interface Hints {
  /** Physical pixels. */
  width?: number
  dpr?: number
  saveData: boolean
}

/** The headers that hints are read from; the newer name counts first. */
export const hintHeaders = {
  width: ['sec-ch-width', 'width'],
  dpr: ['sec-ch-dpr', 'dpr'],
} as const

/**
 * Formats besides JPEG and PNG that the client takes, best first: by quality, then AVIF. Wildcards do not count: clients
 * send them without knowing either.
 */
export function acceptedFormats(accept: string): ModernFormat[] {
  const qualities = new Map<string, number>()
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...params] = part.split(';').map((text) => text.trim())
    const q = params.find((param) => param.startsWith('q='))?.slice(2)
    qualities.set(type, q === undefined ? 1 : Number(q) || 0)
  }
  const quality = (format: ModernFormat) => qualities.get(`image/${format}`) ?? 0
  return (['avif', 'webp'] as const)
    .filter((format) => quality(format) > 0)
    .sort((left, right) => quality(right) - quality(left))
}

/** @param header value of a request header by its lower-case name */
export function readHints(header: (name: string) => string | undefined): Hints {
  const positive = (names: readonly string[]) => {
    const text = names.map(header).find((value) => value !== undefined)
    const value = text !== undefined && /^\d{1,5}(\.\d{1,4})?$/.test(text.trim()) ? Number(text) : 0
    return value > 0 ? value : undefined
  }
  const [width, dpr] = [positive(hintHeaders.width), positive(hintHeaders.dpr)]
  return {
    ...(width === undefined ? {} : { width }),
    ...(dpr === undefined ? {} : { dpr }),
    saveData: header('save-data')?.trim().toLowerCase() === 'on',
  }
}
