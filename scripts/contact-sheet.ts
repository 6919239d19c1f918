/**
 * The contact sheet of all transformations, to be looked at: every sample of sheet-samples.ts, read by the real parser and
 * made by the real engine. `npx tsx scripts/contact-sheet.ts [file.jpg]` writes docs/images/contact-sheet.jpg and the page
 * with its URLs, docs/image-urls-sheet.md; with a file, only the sheet.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { writeFontsConf } from '../src/adapters/engine/fonts.ts'
import { packageRoot } from '../src/paths.ts'
import { groups, type SampleFile } from './sheet-samples.ts'

// Before the image library is loaded: it reads this once.
process.env.FONTCONFIG_FILE = writeFontsConf(mkdtempSync(join(tmpdir(), 'imagestead-sheet-')))
const { default: sharp } = await import('sharp')
const { runPipeline } = await import('../src/adapters/engine/child/pipeline.ts')
const { parseTransformation } = await import('../src/core/transformations/language/parse.ts')
const { imagesOf } = await import('../src/core/transformations/language/sources.ts')

const limits = { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 }
const cell = { width: 230, height: 190, label: 34, columns: 8 }
const picture = { width: cell.width - 10, height: cell.height - cell.label - 8 }

const files: Record<SampleFile, Buffer> = {
  'photo.jpg': await sharp(readFileSync(join(packageRoot, 'src/apis/home/assets/sample.jpg')))
    .resize(480)
    .jpeg({ quality: 92 })
    .toBuffer(),
  'logo.png': await draw(logo(''), 300, 200),
  'scan.png': await draw(
    `<rect width="300" height="200" fill="#fff"/>${logo('translate(60 40) scale(0.6)')}`,
    300,
    200,
  ),
  'wave.gif': await sharp(await Promise.all([0, 1, 2, 3].map(waveFrame)), { join: { animated: true } })
    .gif({ delay: [100, 100, 100, 100] })
    .toBuffer(),
}

function logo(transform: string): string {
  return `<g transform="${transform}"><circle cx="110" cy="100" r="70" fill="#e03040"/>
    <path d="M150 40 L270 60 L240 170 Z" fill="#2060d0"/><circle cx="95" cy="85" r="18" fill="#fff"/></g>`
}

function draw(content: string, width: number, height: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

function waveFrame(index: number): Promise<Buffer> {
  const bars = [0, 1, 2, 3].map((bar) => {
    const height = bar === index ? 100 : 40
    return `<rect x="${20 + bar * 45}" y="${130 - height}" width="30" height="${height}" fill="#2e4057"/>`
  })
  return draw(`<rect width="200" height="150" fill="#ffe066"/>${bars.join('')}`, 200, 150)
}

const isSample = (name: string): name is SampleFile => name in files

/** The first frame of the result, and what is said of it. */
async function made(file: SampleFile, text: string): Promise<{ bytes: Buffer; size: string }> {
  const transformation = parseTransformation(text)
  const images = imagesOf(transformation)
  const transform = { ...transformation, images, fonts: [], accepts: [] }
  const inputs = [file, ...images].map((path) => {
    const name = path.replace(/^\//, '')
    if (!isSample(name)) throw new Error(`${text}: no such file as ${path}`)
    return files[name]
  })
  const order = { operations: { transform }, output: { format: 'png' as const } }
  const openings = inputs.map(() => ({}))
  const admit = async () => undefined
  const { bytes, width, height, format, frames } = await runPipeline({
    order,
    inputs,
    openings,
    limits,
    tolerant: false,
    admit,
  })
  if (bytes === undefined) throw new Error(`${text}: no result`)
  return { bytes, size: `${width} x ${height} ${format}${frames > 1 ? `, ${frames} frames` : ''}` }
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Two lines for the transformation, one for what came out. */
function caption(text: string, size: string): Buffer {
  const [first = '', second = ''] = text.match(/.{1,44}/g) ?? []
  const line = (y: number, content: string, fill: string) =>
    `<text x="4" y="${y}" font-family="Arial" font-size="9" fill="${fill}">${escaped(content)}</text>`
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${cell.width}" height="${cell.label}">${line(10, first, '#123')}${line(20, second, '#123')}${line(31, size, '#789')}</svg>`,
  )
}

const title = (text: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${cell.columns * cell.width}" height="30"><rect width="100%" height="30" fill="#2e4057"/><text x="8" y="21" font-family="Arial" font-size="16" fill="#fff">${escaped(text)}</text></svg>`,
  )

const tiles: { input: Buffer; left: number; top: number }[] = []
const lines = [
  '# Image URLs: the contact sheet',
  '',
  'Every transformation as this server makes it, drawn by `npx tsx scripts/contact-sheet.ts` through the parser and the engine.',
  'Chequered is transparent. `photo.jpg` is 480 x 320, `logo.png` 300 x 200 and transparent, `scan.png` the same on white,',
  '`wave.gif` has four frames, of which the first is shown. What the keys mean is in [compatibility.md](compatibility.md).',
  '',
  '![Contact sheet](images/contact-sheet.jpg)',
]
let top = 0
for (const group of groups) {
  tiles.push({ input: title(group.title), left: 0, top })
  lines.push('', `## ${group.title}`, '', '| URL | Result |', '| --- | --- |')
  top += 34
  const samples = group.samples.flatMap(([file, ...texts]) => texts.map((text) => ({ file, text })))
  for (const [index, { file, text }] of samples.entries()) {
    const { bytes, size } = await made(file, text)
    const shown = sharp(bytes).resize({ ...picture, fit: 'inside', withoutEnlargement: true })
    const left = (index % cell.columns) * cell.width
    const y = top + Math.floor(index / cell.columns) * cell.height
    tiles.push({ input: caption(text, file === 'photo.jpg' ? size : `${file}: ${size}`), left, top: y })
    tiles.push({ input: await shown.png().toBuffer(), left: left + 4, top: y + cell.label })
    lines.push(`| \`/tr:${encodeURI(text)}/${file}\` | ${size} |`)
  }
  top += Math.ceil(samples.length / cell.columns) * cell.height
}

const chequers = await draw(
  '<rect width="8" height="8" fill="#e4e4e4"/><rect x="8" y="8" width="8" height="8" fill="#e4e4e4"/>',
  16,
  16,
)
const canvas = { width: cell.columns * cell.width, height: top, channels: 3 as const, background: '#ffffff' }
const target = process.argv[2] ?? join(packageRoot, 'docs/images/contact-sheet.jpg')
mkdirSync(dirname(target), { recursive: true })
await sharp({ create: canvas })
  .composite([{ input: chequers, tile: true }, ...tiles])
  .jpeg({ quality: 66, mozjpeg: true })
  .toFile(target)
if (process.argv[2] === undefined) writeFileSync(join(packageRoot, 'docs/image-urls-sheet.md'), `${lines.join('\n')}\n`)
process.stdout.write(`${target}\n`)
