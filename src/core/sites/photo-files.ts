/** Photos' files as media (site-photos-api.md section 6): which variants there are, for whom, and under which names. */
import { DomainError } from '../errors.ts'
import { rightAt, unknown } from './access.ts'
import { findCapture } from './captures.ts'
import type { MediaSource } from './media.ts'
import { allowsVariant, openVariant, type Variant, variantRev, variants } from './variants.ts'

const isVariant = (text: string): text is Variant => (variants as readonly string[]).includes(text)

export const photoFiles: MediaSource = {
  prefix: 'ph',
  async find(deps, caller, id, variant) {
    // In one journey to the database.
    const [capture, installation] = await Promise.all([
      findCapture(deps, caller, id),
      deps.store.read.installations.ofCapture(caller.project.id, id),
    ])
    if (!isVariant(variant)) throw unknown('variant', 'variant')
    const right = rightAt(caller.access, capture.installation)
    if (!allowsVariant(right, variant)) {
      throw new DomainError('forbidden', `With the right ${right} you may not have the ${variant} of this photo.`, {
        param: 'variant',
      })
    }
    if (installation === undefined) throw unknown('photo')
    return {
      rev: await variantRev(deps, capture, installation, variant),
      filename: variant === 'original' ? capture.filename : `${nameOf(capture.filename)}-${variant}.jpg`,
      open: (options) => openVariant(deps, capture, installation, variant, options),
    }
  },
}

const nameOf = (filename: string) => filename.replace(/\.[A-Za-z0-9]{1,5}$/, '')
