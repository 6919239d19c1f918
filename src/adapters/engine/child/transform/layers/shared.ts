/** What the layers of one job share: overlays, which every frame repeats, and uploaded fonts made usable. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Layer } from '../../../../../core/processing/transformation.ts'
import type { Pixels } from '../../pixels.ts'
import type { Size } from '../run-parts.ts'
import { type FontFile, readFont } from './uploaded-font.ts'

/** An overlay ready to be laid on. `natural`: its sides before anything was done to it. */
export interface Overlay {
  pixels: Pixels
  natural: Size
}

export interface Shared {
  /** Draws what was not drawn before over a base of this size. */
  overlay(layer: Layer, base: Size, draw: () => Promise<Overlay | undefined>): Promise<Overlay | undefined>
  /** The font file at this path under a family of its own. @throws DomainError invalid: it is no font */
  font(path: string): Promise<FontFile>
  /** Removes what was written. */
  close(): Promise<void>
}

/** `folder`: where fonts are written; absent: beside the configuration of the fonts, which is the server's to write. */
export function createShared(folder = fontFolder()): Shared {
  const overlays = new Map<Layer, { base: Size; overlay: Promise<Overlay | undefined> }>()
  const fonts = new Map<string, Promise<FontFile>>()
  let written: Promise<string> | undefined

  return {
    overlay(layer, base, draw) {
      const known = overlays.get(layer)
      if (known !== undefined && known.base.width === base.width && known.base.height === base.height) {
        return known.overlay
      }
      const overlay = draw()
      overlays.set(layer, { base, overlay })
      return overlay
    },
    font(path) {
      const known = fonts.get(path)
      if (known !== undefined) return known
      written ??= mkdtemp(join(folder, 'uploaded-'))
      const font = written.then((target) => readFont(path, join(target, `${fonts.size}.ttf`)))
      fonts.set(path, font)
      return font
    },
    async close() {
      if (written !== undefined) await rm(await written, { recursive: true, force: true })
    },
  }
}

function fontFolder(): string {
  const conf = process.env.FONTCONFIG_FILE
  return conf === undefined ? tmpdir() : dirname(conf)
}
