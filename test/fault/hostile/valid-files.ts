/** Forty small valid files over every input format: what the mutations start from. */
import sharp from 'sharp'
import { encodeAs, encodedFormats, foreignQuarters } from '../../support/foreign.ts'
import { animation, blue, green, photo, quarters, red } from '../../support/pictures.ts'

export interface ValidFile {
  name: string
  bytes: Buffer
}

export async function validFiles(): Promise<ValidFile[]> {
  const picture = await photo(120, 90, 'png', 7)
  const of = async (name: string, bytes: Promise<Buffer> | Buffer): Promise<ValidFile> => ({ name, bytes: await bytes })
  const drawn = () => sharp(picture)
  const files = [
    of('photo.jpg', photo(160, 120, 'jpeg')),
    of('grey.jpg', drawn().greyscale().jpeg().toBuffer()),
    of('progressive.jpg', drawn().jpeg({ progressive: true }).toBuffer()),
    of('full-chroma.jpg', drawn().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()),
    of('cmyk.jpg', drawn().toColourspace('cmyk').jpeg().toBuffer()),
    of('turned.jpg', quarters(40, 30, 'jpeg', 6)),
    of('tagged.jpg', drawn().withMetadata({ density: 300 }).jpeg().toBuffer()),
    of('photo.png', picture),
    of('deep.png', drawn().toColourspace('rgb16').png().toBuffer()),
    of('palette.png', drawn().png({ palette: true }).toBuffer()),
    of('interlaced.png', drawn().png({ progressive: true }).toBuffer()),
    of('photo.webp', photo(120, 90, 'webp')),
    of('lossless.webp', drawn().webp({ lossless: true }).toBuffer()),
    of('animation.webp', animation(40, 30, [red, green, blue], 'webp')),
    of('photo.gif', photo(60, 40, 'gif')),
    of('animation.gif', animation(40, 30, [red, green, blue])),
    of('photo.tiff', photo(60, 40, 'tiff')),
    of('jpeg.tiff', drawn().tiff({ compression: 'jpeg' }).toBuffer()),
    of('deflate.tiff', drawn().tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer()),
    of('tiled.tiff', drawn().tiff({ tile: true, compression: 'lzw' }).toBuffer()),
    of(
      'bits.tiff',
      drawn().greyscale().threshold().toColourspace('b-w').tiff({ bitdepth: 1, compression: 'ccittfax4' }).toBuffer(),
    ),
    of('photo.avif', photo(64, 48, 'avif')),
    of('lossless.avif', drawn().avif({ lossless: true, effort: 0 }).toBuffer()),
    of('drawing.svg', Buffer.from(drawing)),
    of('picture.heic', foreignQuarters('heic')),
    of('picture.dng', foreignQuarters('dng')),
    of('picture.pdf', foreignQuarters('pdf')),
    ...encodedFormats.map(async (format) => of(`picture.${format}`, encodeAs(format, picture))),
  ]
  return Promise.all(files)
}

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90" viewBox="0 0 120 90">
<defs><linearGradient id="a"><stop offset="0" stop-color="#f00"/><stop offset="1" stop-color="#00f"/></linearGradient></defs>
<rect width="120" height="90" fill="url(#a)"/><path d="M10 10 L100 20 Q60 80 20 70 Z" fill="#0a0" opacity=".5"/>
<text x="20" y="50" font-size="12">hostile</text></svg>`
