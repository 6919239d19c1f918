/** JPEG has no transparency: what shows through becomes white. */
import type { Picture } from '../picture.ts'

export function flatten(picture: Picture): Picture {
  if (picture.format !== 'jpg' || !picture.alpha) return picture
  return { ...picture, alpha: false, image: picture.image.flatten({ background: '#ffffff' }) }
}
