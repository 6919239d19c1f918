/** How a photo was exposed (site-photos-api.md section 7.3), as far as its EXIF says. */
import type { ExifGroups, MetadataValue } from '../processing/description.ts'
import type { Exposure } from './records.ts'

/** Null: nothing is known. */
export function exposureOf({ image, exif }: Pick<ExifGroups, 'image' | 'exif'>): Exposure | null {
  const camera = cameraOf(textOf(image.Make), textOf(image.Model))
  const iso = numberOf(exif.ISO ?? exif.ISOSpeedRatings ?? exif.PhotographicSensitivity)
  const aperture = numberOf(exif.FNumber)
  const seconds = numberOf(exif.ExposureTime)
  const exposure: Exposure = {
    ...(camera === '' ? {} : { camera }),
    ...(iso === undefined ? {} : { iso: Math.round(iso) }),
    ...(aperture === undefined ? {} : { aperture: Math.round(aperture * 10) / 10 }),
    ...(seconds === undefined ? {} : { shutter: shutterOf(seconds) }),
  }
  return Object.keys(exposure).length === 0 ? null : exposure
}

/** Many models begin with their maker's name. */
function cameraOf(make: string, model: string): string {
  const isNamed = model.toLowerCase().startsWith(make.split(' ')[0]?.toLowerCase() ?? '')
  return (isNamed ? model : `${make} ${model}`).trim().slice(0, 100)
}

/** `1/250` below a third of a second, else seconds. */
function shutterOf(seconds: number): string {
  if (seconds >= 0.3) return String(Math.round(seconds * 10) / 10)
  return `1/${Math.round(1 / seconds)}`
}

const textOf = (value: MetadataValue | undefined) => (typeof value === 'string' ? value.trim() : '')

function numberOf(value: MetadataValue | undefined): number | undefined {
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'number' && Number.isFinite(first) && first > 0 ? first : undefined
}
