/** sharp, set up once for a child: one thread per image, no cache, and no decoder that we do not advertise. */
import sharp from 'sharp'

const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'] as const

/** Must run before the first image is opened. */
export function restrictDecoders(): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: [
      ...loaders.flatMap((name) => [`VipsForeignLoad${name}File`, `VipsForeignLoad${name}Buffer`]),
      // By path librsvg reads the files beside an SVG; from a buffer it loads nothing from outside.
      'VipsForeignLoadSvgBuffer',
    ],
  })
}
