/**
 * `npx tsx bench/compress-table.ts`: bytes, likeness and CPU of every compression level beside a plain re-encode by sharp,
 * and of lossless turning beside decoding and encoding; written into docs/performance.md between its markers.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { turnJpeg } from '../src/adapters/engine/child/coefficients/turn-jpeg.ts'
import { similarity, toRaster } from '../src/adapters/engine/child/compress/similarity.ts'
import { runPipeline } from '../src/adapters/engine/child/pipeline.ts'
import { packageRoot } from '../src/paths.ts'
import { type Images, standardImages } from './images.ts'
import { median } from './measure/statistics.ts'

const page = join(packageRoot, 'docs', 'performance.md')
const limits = { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 }
const levels = ['low', 'recommended', 'extreme'] as const
type Lane = 'interactive' | 'batch'

interface Source {
  name: string
  bytes: Buffer
  /** Encoder with its defaults. */
  plain: (image: Sharp) => Sharp
  lanes: readonly Lane[]
}

/** Photographs of 2 megapixels as each format, one of 12 with a camera's grain, a drawing with transparency. */
async function sourcesOf(images: Images): Promise<Source[]> {
  const photograph = await images.bytes('m2.png')
  const opaque = () => sharp(photograph).removeAlpha()
  const jpeg = (image: Sharp) => image.jpeg()
  return [
    { name: 'JPEG q90, 2 MP', bytes: await images.bytes('m2.jpg'), plain: jpeg, lanes: ['interactive'] },
    {
      name: 'JPEG q84, 12 MP, grain',
      bytes: await images.bytes('m12.jpg'),
      plain: jpeg,
      lanes: ['interactive', 'batch'],
    },
    {
      name: 'PNG, 2 MP',
      bytes: await opaque().png().toBuffer(),
      plain: (image) => image.png(),
      lanes: ['interactive'],
    },
    { name: 'PNG, drawing', bytes: await drawing(), plain: (image) => image.png(), lanes: ['interactive'] },
    {
      name: 'WebP q85, 2 MP',
      bytes: await images.bytes('m2.webp'),
      plain: (image) => image.webp(),
      lanes: ['interactive'],
    },
    {
      name: 'AVIF q75, 2 MP',
      bytes: await opaque().avif({ quality: 75, effort: 2 }).toBuffer(),
      plain: (image) => image.avif(),
      lanes: ['interactive', 'batch'],
    },
    {
      name: 'GIF, 0.3 MP',
      bytes: await opaque().resize(640).gif().toBuffer(),
      plain: (image) => image.gif(),
      lanes: ['interactive'],
    },
    {
      name: 'TIFF lzw, 2 MP',
      bytes: await opaque().tiff({ compression: 'lzw' }).toBuffer(),
      plain: (image) => image.tiff(),
      lanes: ['interactive'],
    },
  ]
}

/** A screen with coloured words and a gradient. */
function drawing(): Promise<Buffer> {
  const words = Array.from(
    { length: 18 },
    (_, line) =>
      `<text x="40" y="${110 + line * 26}" font-size="15" fill="${['#d92d20', '#175cd3', '#101828'][line % 3]}">Line ${line}: pack my box with five dozen liquor jugs ${line * 7919}</text>`,
  )
  const shade =
    '<linearGradient id="s" x2="0" y2="1"><stop stop-color="#2b3a67"/><stop offset="1" stop-color="#69a"/></linearGradient>'
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"><rect width="900" height="600" fill="#fff"/>${shade}<rect width="900" height="64" fill="url(#s)"/>${words.join('')}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const before = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(before)
  return { value, ms: (user + system) / 1000 }
}

const luma = (bytes: Buffer) => toRaster(sharp(bytes), false, true)

async function rowsOf(source: Source): Promise<string[][]> {
  const reference = await luma(source.bytes)
  const cell = async (bytes: Buffer, ms: number) => [
    `${Math.round(bytes.length / 1000)} KB`,
    similarity(reference, await luma(bytes)).toFixed(3),
    `${Math.round(ms)}`,
  ]
  const plain = await timed(() => source.plain(sharp(source.bytes)).toBuffer())
  const rows = []
  for (const lane of source.lanes) {
    const cells = await cell(plain.value, plain.ms)
    let share = 0
    for (const level of levels) {
      const order = { operations: {}, output: { format: 'same', compress: level }, lane } as const
      const job = { order, inputs: [source.bytes], openings: [], limits, tolerant: false, admit: async () => undefined }
      const { value, ms } = await timed(() => runPipeline(job))
      cells.push(...(await cell(value.bytes ?? source.bytes, ms)))
      if (level === 'recommended') share = (await guardMs(source.bytes, value.bytes ?? source.bytes)) / ms
    }
    const name = source.lanes.length === 1 ? source.name : `${source.name}, ${lane}`
    rows.push([name, `${Math.round(source.bytes.length / 1000)} KB`, ...cells, `${Math.round(share * 100)} %`])
  }
  return rows
}

/** What one comparison costs: both decodes at the guard's size and the index. */
async function guardMs(source: Buffer, result: Buffer): Promise<number> {
  const { width, height } = await sharp(source).metadata()
  const factor = Math.ceil(Math.sqrt((width * height) / 4_000_000))
  const small = (bytes: Buffer) => {
    const image = sharp(bytes)
    return toRaster(factor === 1 ? image : image.resize(Math.ceil(width / factor)), false, true)
  }
  return (await timed(async () => similarity(await small(source), await small(result)))).ms
}

/** Quarter turns of 12 megapixels, by how many bits their pixels have. */
async function turns(images: Images): Promise<string[][]> {
  const area = { left: 0, top: 0, width: 4000, height: 2992 }
  const grain = sharp(await images.bytes('m12.jpg')).extract(area)
  const smooth = sharp(await images.bytes('m12.webp')).extract(area)
  const rows = []
  for (const image of [grain.jpeg({ quality: 84 }), smooth.jpeg({ quality: 90 })]) {
    const bytes = Buffer.from(await image.toBuffer())
    const [own, other] = [[] as number[], [] as number[]]
    for (let round = 0; round < 7; round++) {
      own.push((await timed(async () => turnJpeg(bytes, { flop: false, quarters: 1 }))).ms)
      other.push((await timed(() => sharp(bytes).rotate(90).jpeg().toBuffer())).ms)
    }
    const bits = ((bytes.length * 8) / area.width / area.height).toFixed(1)
    const [mine, theirs] = [median(own), median(other)]
    rows.push([bits, `${Math.round(mine)}`, `${Math.round(theirs)}`, `${(mine / theirs).toFixed(2)} ×`])
  }
  return rows
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

async function main(): Promise<void> {
  sharp.concurrency(1)
  sharp.cache(false)
  const images = await standardImages((line) => process.stderr.write(`${line}\n`))
  const rows = []
  for (const source of await sourcesOf(images)) {
    const made = await rowsOf(source)
    process.stderr.write(`${made.map((row) => row.join('  ')).join('\n')}\n`)
    rows.push(...made)
  }
  const kinds = ['plain sharp', ...levels]
  const head = ['source', 'bytes', ...kinds.flatMap((kind) => [kind, 'SSIM', 'CPU-ms']), 'guard']
  const turned = table(['bits per pixel', 'coefficients, CPU-ms', 'sharp, CPU-ms', 'ratio'], await turns(images))
  const marked = (name: string, text: string, content: string) =>
    content.replace(
      new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`),
      (_, start: string, end: string) => `${start}${text}\n${end}`,
    )
  const before = await readFile(page, 'utf8')
  await writeFile(page, marked('turn table', turned, marked('compress table', table(head, rows), before)))
}

await main()
