/** Metadata of pictures, as cameras, newsrooms and attackers write it (media-library-api.md sections 4.4 and 4.5). */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { fixture } from '../../../../../test/support/foreign.ts'
import { cameraExif, exifBlock, iptcBlock, withBlocks, xmpPacket } from '../../../../../test/support/metadata.ts'
import { quarters, solid, white } from '../../../../../test/support/pictures.ts'
import { type ImageDescription, metadataBounds } from '../../../../core/processing/description.ts'
import type { Input } from '../picture.ts'
import { limits } from '../steps/pictures.fixtures.ts'
import { describe as describeImage } from './describe.ts'
import { embeddedFacts } from './embedded-facts.ts'

async function described(input: Input): Promise<ImageDescription> {
  return (await describeImage(input, {}, limits, async () => undefined)).description
}
const plain = await solid(40, 30, white, 'jpeg')
const camera = exifBlock(cameraExif)

describe('the metadata of a camera', () => {
  it.each([
    ['little', true],
    ['big', false],
  ] as const)('is read raw by group, %s-endian', async (_name, little) => {
    const { exif } = await described(withBlocks(plain, { exif: exifBlock(cameraExif, little) }))
    expect(exif.image).toMatchObject({
      Make: 'Acme',
      Model: 'Acme Camera 40D',
      Orientation: 6,
      XResolution: 72,
      ResolutionUnit: 2,
      ModifyDate: '2024:07:31 10:38:11',
      Artist: 'Ada Núñez',
      YCbCrPositioning: 2,
      ExifOffset: expect.any(Number),
      GPSInfo: expect.any(Number),
    })
    expect(exif.exif).toMatchObject({
      ExposureTime: 0.00625,
      FNumber: 7.1,
      ISO: 100,
      ExifVersion: '0232',
      DateTimeOriginal: '2019:10:16 19:01:03',
      ExposureCompensation: -0.333333333333,
      UserComment: 'on the pier',
      ColorSpace: 65_535,
      ExifImageWidth: 3888,
      FileSource: 3,
    })
    expect(exif.gps).toMatchObject({ GPSVersionID: [2, 2, 0, 0], GPSLatitude: [59, 19, 45.84], GPSLatitudeRef: 'N' })
    expect(exif.interoperability).toEqual({ InteropIndex: 'R98' })
    expect(exif.thumbnail).toEqual({ Compression: 6, ThumbnailOffset: 1090, ThumbnailLength: 1378 })
    expect(exif.makernote).toEqual({})
  })

  it('is readable when merged', async () => {
    const { embeddedMetadata, orientation, width, height } = await described(withBlocks(plain, { exif: camera }))
    expect(embeddedMetadata).toMatchObject({
      Make: 'Acme',
      Orientation: 'Rotate 90 CW',
      ResolutionUnit: 'inches',
      ColorSpace: 'Uncalibrated',
      DateTimeOriginal: '2019-10-16T19:01:03.250Z',
      CreateDate: '2019-10-16T19:01:03.000Z',
      ModifyDate: '2024-07-31T10:38:11.000Z',
      ExposureProgram: 'Manual',
      MeteringMode: 'Multi-segment',
      Flash: 'On, Fired',
      ComponentsConfiguration: 'Y, Cb, Cr, -',
      FileSource: 'Digital Camera',
      GPSLatitude: 59.3294,
      GPSLongitude: -18.07,
      GPSAltitude: -12.5,
      GPSLatitudeRef: 'North',
      GPSDateStamp: '2019-10-16',
      GPSTimeStamp: '19:01:03',
      GPSVersionID: '2.2.0.0',
      Creator: 'Ada Núñez',
      Copyright: '(c) 2024 Ada',
    })
    for (const name of ['ExifOffset', 'GPSInfo', 'MakerNote', 'ThumbnailOffset'])
      expect(embeddedMetadata).not.toHaveProperty(name)
    expect({ orientation, width, height }).toEqual({ orientation: 6, width: 30, height: 40 })
  })

  it('gives times their zone', () => {
    const image = cameraExif.image ?? []
    const exif = exifBlock({
      image,
      exif: [
        { tag: 0x9003, type: 'ascii', value: '2019:10:16 19:01:03' },
        { tag: 0x9011, type: 'ascii', value: '+05:30' },
      ],
    })
    expect(embeddedFacts({ exif }).embeddedMetadata).toMatchObject({ DateTimeOriginal: '2019-10-16T13:31:03.000Z' })
  })

  it('has no dates and places that are none', () => {
    const exif = exifBlock({
      exif: [
        { tag: 0x9003, type: 'ascii', value: '0000:00:00 00:00:00' },
        { tag: 0x9004, type: 'ascii', value: '    :  :     :  :  ' },
      ],
      gps: [
        {
          tag: 2,
          type: 'rational',
          value: [
            [400, 1],
            [0, 1],
            [0, 1],
          ],
        },
        {
          tag: 4,
          type: 'rational',
          value: [
            [1, 0],
            [0, 0],
            [0, 1],
          ],
        },
      ],
    })
    expect(embeddedFacts({ exif }).embeddedMetadata).toBeNull()
  })
})

describe('each format', () => {
  const tags = { IFD0: { Make: 'Acme', Copyright: 'Ada' }, IFD2: { DateTimeOriginal: '2024:01:02 03:04:05' } }
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('%s gives its EXIF and XMP', async (format) => {
    const xmp = xmpPacket(
      '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Pier</rdf:li></rdf:Alt></dc:title>',
    ).toString()
    const bytes = await sharp(await quarters(64, 48))
      .withExif(tags)
      .withXmp(xmp)
      .toFormat(format)
      .toBuffer()
    const { exif, embeddedMetadata } = await described(bytes)
    expect(exif.image).toMatchObject({ Make: 'Acme' })
    expect(exif.exif).toMatchObject({ DateTimeOriginal: '2024:01:02 03:04:05' })
    expect(embeddedMetadata).toMatchObject({
      Copyright: 'Ada',
      DateTimeOriginal: '2024-01-02T03:04:05.000Z',
      Title: 'Pier',
    })
  })

  it.each(['a path', 'bytes'])('tiff gives the EXIF of its own directories, from %s', async (kind) => {
    const bytes = await sharp(await quarters(64, 48))
      .withExif(tags)
      .tiff({ compression: 'lzw' })
      .toBuffer()
    const path = join(mkdtempSync(join(tmpdir(), 'describe-')), 'a.tiff')
    writeFileSync(path, bytes)
    const { exif, embeddedMetadata } = await described(kind === 'bytes' ? bytes : path)
    expect(exif.image).toMatchObject({ ImageWidth: 64, ImageHeight: 48, BitsPerSample: [8, 8, 8] })
    expect(embeddedMetadata).toMatchObject({ PhotometricInterpretation: 'RGB', PlanarConfiguration: 'Chunky' })
  })

  it('camera RAW gives its EXIF too', async () => {
    const { exif, pHash } = await described(fixture('quarters.dng'))
    expect(exif.image).toMatchObject({ ImageWidth: expect.any(Number) })
    expect(pHash).toMatch(/^[0-9a-f]{16}$/)
  })

  it('names its colour profile', async () => {
    const bytes = await sharp(await quarters(64, 48))
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()
    expect(await described(bytes)).toMatchObject({ hasColorProfile: true, colorProfile: expect.stringMatching(/p3/i) })
    expect(await described(plain)).toMatchObject({ hasColorProfile: false, colorProfile: null, embeddedMetadata: null })
  })

  it.each([30, 50, 75, 80, 92, 100])('a JPEG written with quality %i says so', async (quality) => {
    const bytes = await sharp(await quarters(64, 48))
      .jpeg({ quality })
      .toBuffer()
    expect(await described(bytes)).toMatchObject({ quality })
  })

  it('says how dense its dots are', async () => {
    const bytes = await sharp(await quarters(64, 48))
      .withMetadata({ density: 300 })
      .jpeg()
      .toBuffer()
    expect(await described(bytes)).toMatchObject({ density: 300 })
  })
})

describe('IPTC', () => {
  it('is named, with lists as lists, dates as dates, and either coding', () => {
    const iptc = iptcBlock([
      [5, 'The Title'],
      [25, 'pier'],
      [25, 'sea'],
      [55, '20191016'],
      [60, '190103+0000'],
      [80, 'Ada Núñez'],
      [90, Buffer.from('Malmö', 'latin1')],
      [120, 'A caption'],
    ])
    expect(embeddedFacts({ iptc }).embeddedMetadata).toMatchObject({
      ObjectName: 'The Title',
      Title: 'The Title',
      Keywords: ['pier', 'sea'],
      DateCreated: '2019-10-16T19:01:03.000Z',
      TimeCreated: '19:01:03+00:00',
      Byline: 'Ada Núñez',
      City: 'Malmö',
      CaptionAbstract: 'A caption',
      Description: 'A caption',
    })
  })

  it('is read out of a JPEG', async () => {
    const bytes = withBlocks(plain, { iptc: iptcBlock([[25, 'alone']]) })
    expect((await described(bytes)).embeddedMetadata).toEqual({ Keywords: ['alone'] })
  })
})

describe('XMP', () => {
  const read = (properties: string, attributes = '') =>
    embeddedFacts({ xmp: xmpPacket(properties, attributes) }).embeddedMetadata

  it('is read in all forms that RDF has', () => {
    const metadata = read(
      `<dc:subject><rdf:Bag><rdf:li>pier</rdf:li><rdf:li>sea &amp; sky</rdf:li></rdf:Bag></dc:subject>
       <dc:title><rdf:Alt><rdf:li xml:lang="sv">Pir</rdf:li><rdf:li xml:lang="x-default">Pier</rdf:li></rdf:Alt></dc:title>
       <dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator>
       <dc:rights><![CDATA[<c> Ada]]></dc:rights>
       <Iptc4xmpCore:CreatorContactInfo rdf:parseType="Resource"><Iptc4xmpCore:CiAdrCity>Lund</Iptc4xmpCore:CiAdrCity></Iptc4xmpCore:CreatorContactInfo>
       <Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li><rdf:Description Iptc4xmpExt:City="Malmö"/></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>
       <Iptc4xmpExt:LocationShown><rdf:Bag><rdf:li Iptc4xmpExt:City="A" Iptc4xmpExt:CountryCode="SE"/><rdf:li Iptc4xmpExt:City="B"/></rdf:Bag></Iptc4xmpExt:LocationShown>
       <xmp:CreateDate>2019-10-16T19:01:03+05:30</xmp:CreateDate>
       <exif:GPSLatitude>26,34.951S</exif:GPSLatitude><exif:FNumber>28/10</exif:FNumber><tiff:Orientation>1</tiff:Orientation>
       <xmpRights:Marked>True</xmpRights:Marked><xmpMM:DocumentID>xmp.did:1</xmpMM:DocumentID>`,
      'photoshop:City="Ystad" photoshop:Headline="2019" xmp:Rating="4"',
    )
    expect(metadata).toEqual({
      Keywords: ['pier', 'sea & sky'],
      Subject: ['pier', 'sea & sky'],
      Title: 'Pier',
      Creator: ['Ada'],
      Rights: '<c> Ada',
      CreatorCity: 'Lund',
      LocationCreatedCity: 'Malmö',
      LocationShownCity: ['A', 'B'],
      LocationShownCountryCode: ['SE'],
      CreateDate: '2019-10-16T13:31:03.000Z',
      GPSLatitude: -26.582516666666667,
      FNumber: 2.8,
      Orientation: 'Horizontal (normal)',
      Marked: true,
      City: 'Ystad',
      Headline: '2019',
      Rating: 4,
    })
  })

  it('stands behind EXIF and IPTC, and adds its keywords to theirs', () => {
    const { embeddedMetadata } = embeddedFacts({
      exif: camera,
      iptc: iptcBlock([
        [25, 'sea'],
        [25, 'pier'],
        [90, 'Lund'],
      ]),
      xmp: xmpPacket(
        '<dc:subject><rdf:Bag><rdf:li>pier</rdf:li><rdf:li>sky</rdf:li></rdf:Bag></dc:subject>',
        'tiff:Make="Other" photoshop:City="Ystad" xmp:Label="Red"',
      ),
    })
    expect(embeddedMetadata).toMatchObject({
      Make: 'Acme',
      City: 'Lund',
      Label: 'Red',
      Keywords: ['sea', 'pier', 'sky'],
    })
  })
})

describe('hostile metadata', () => {
  const within = (description: Pick<ImageDescription, 'embeddedMetadata' | 'exif'>) => {
    const json = JSON.stringify(description.embeddedMetadata)
    expect(json.length).toBeLessThanOrEqual(metadataBounds.total)
    expect(Object.keys(description.embeddedMetadata ?? {}).length).toBeLessThanOrEqual(metadataBounds.names)
    expect(JSON.stringify(description.exif).length).toBeLessThan(70_000)
    expect(json).not.toContain('\\u0000')
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
  }

  it('of a billion laughs is a short text', () => {
    const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('')
    const packet = xmpPacket('<dc:title>&l9;</dc:title><dc:source>fine</dc:source>').toString()
    const xmp = Buffer.from(`<!DOCTYPE x [<!ENTITY l0 "ha">${entities}]>${packet}`)
    const metadata = embeddedFacts({ xmp }).embeddedMetadata
    expect(metadata).toEqual({ Title: '&l9;', Source: 'fine' })
  })

  it('ends at the bounds: names, lists, texts, depth, size', () => {
    const list = Array.from({ length: 5000 }, (_, at) => `<rdf:li>keyword number ${at}</rdf:li>`).join('')
    const many = Array.from({ length: 3000 }, (_, at) => `<dc:name${at}>${'long '.repeat(20)}</dc:name${at}>`).join('')
    const deep = '<dc:deep>'.repeat(5000)
    const facts = embeddedFacts({
      exif: camera,
      xmp: xmpPacket(
        `<dc:subject><rdf:Bag>${list}</rdf:Bag></dc:subject><dc:title>${'x'.repeat(50_000)}</dc:title>${many}${deep}`,
      ),
    })
    within(facts)
    expect(facts.embeddedMetadata).toMatchObject({ Make: 'Acme', Title: 'x'.repeat(metadataBounds.text) })
    expect(facts.embeddedMetadata?.Keywords).toHaveLength(metadataBounds.list)
    within(
      embeddedFacts({
        iptc: iptcBlock(Array.from({ length: 4000 }, (_, at) => [25, `${at}${'k'.repeat(900)}`] as const)),
      }),
    )
  })

  it('with names of object internals stays data', () => {
    const xmp = xmpPacket(
      '<dc:__proto__>1</dc:__proto__><dc:constructor>2</dc:constructor><__proto__:x>3</__proto__:x>',
    )
    const { embeddedMetadata } = embeddedFacts({ xmp })
    expect(Object.getPrototypeOf(embeddedMetadata)).toBe(Object.prototype)
    expect(JSON.stringify(embeddedMetadata)).toBe('{"Constructor":"2","X":"3"}')
  })

  it('with huge counts, wild offsets and circles is read as far as it makes sense', () => {
    const exif = Buffer.from(camera)
    const circle = Buffer.from(camera)
    // Every pointer and the next directory lead back to the first.
    for (const [at, tag] of tagsOf(circle)) if (tag === 0x8769 || tag === 0x8825) circle.writeUInt32LE(8, at + 8)
    within(embeddedFacts({ exif: circle }))
    for (const [at] of tagsOf(exif)) exif.writeUInt32LE(0xffff_fff0, at + 4)
    within(embeddedFacts({ exif }))
    for (const [at] of tagsOf(exif)) exif.writeUInt32LE(0xffff_ffff, at + 8)
    within(embeddedFacts({ exif }))
  })

  it('with any byte changed, cut anywhere, throws nothing and keeps its bounds', () => {
    let state = 99
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
      return (state >> 8) % below
    }
    const xmp = xmpPacket('<dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject><a:b c:d="e"><f:g/></a:b>')
    const iptc = iptcBlock([
      [5, 'Title'],
      [25, 'a'],
      [120, 'text'],
    ])
    const mutate = (block: Buffer) => {
      const bytes = Buffer.from(block.subarray(0, next(4) === 0 ? next(block.length) : block.length))
      for (let change = 0; change <= next(8) && bytes.length > 0; change++) bytes[next(bytes.length)] = next(256)
      return bytes
    }
    for (let round = 0; round < 500; round++) {
      within(embeddedFacts({ exif: mutate(camera), iptc: mutate(iptc), xmp: mutate(xmp), icc: mutate(iptc) }))
    }
  })

  it('takes time in proportion to its length', () => {
    const started = performance.now()
    for (const piece of [
      '<',
      '<a',
      '<a b="',
      '&',
      '<!--',
      '<!',
      '<a><',
      '" ',
      "<a b=c d='",
      '<rdf:li>',
      '<![CDATA[',
      'a',
    ])
      within(embeddedFacts({ xmp: Buffer.from(piece.repeat(200_000 / piece.length)) }))
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

/** Places of the entries in the first directory, with their tags. */
function tagsOf(exif: Buffer): [at: number, tag: number][] {
  return Array.from({ length: exif.readUInt16LE(8) }, (_, index) => [
    10 + index * 12,
    exif.readUInt16LE(10 + index * 12),
  ])
}
