/**
 * Contact sheets of the watermark tool, to be looked at: every family, style and script; every place and effect.
 * `npx tsx scripts/font-sheet.ts [folder]` writes fonts.png, scripts.png and places.png (default: a temporary folder).
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFontsConf } from '../src/adapters/engine/fonts.ts'
import { fontFamilies, gravities, type Stamp, type TextStamp } from '../src/core/processing/operations.ts'

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'imagestead-fonts-'))
mkdirSync(folder, { recursive: true })
// Before the image library is loaded: it reads this once.
process.env.FONTCONFIG_FILE = writeFontsConf(join(folder, 'conf'))
const { default: sharp } = await import('sharp')
const { runPipeline } = await import('../src/adapters/engine/child/pipeline.ts')

interface Cell {
  label: string
  stamps: readonly Partial<TextStamp>[]
}

const plain: TextStamp = {
  type: 'text',
  text: '',
  gravity: 'Center',
  verticalPercent: 0,
  horizontalPercent: 0,
  verticalPixels: 0,
  horizontalPixels: 0,
  rotation: 0,
  opacity: 100,
  mosaic: false,
  fontFamily: 'Arial',
  bold: false,
  italic: false,
  fontSize: 28,
  color: '#000000',
}

const limits = { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 }

async function stamped(width: number, height: number, background: string, stamps: readonly Stamp[]): Promise<Buffer> {
  const base = await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
  const order = {
    operations: { watermark: stamps },
    output: { format: 'png' as const },
    sources: [null],
    sink: null,
    tolerant: false,
  }
  const { bytes } = await runPipeline({ order, inputs: [base], limits, tolerant: false, admit: async () => undefined })
  return bytes ?? base
}

async function sheet(
  name: string,
  columns: number,
  width: number,
  height: number,
  cells: readonly Cell[],
): Promise<void> {
  const label: TextStamp = {
    ...plain,
    gravity: 'NorthWest',
    fontSize: 11,
    color: '#3060a0',
    verticalPixels: 2,
    horizontalPixels: 3,
  }
  const pictures = []
  for (const [index, cell] of cells.entries()) {
    const input = await stamped(
      width - 4,
      height - 20,
      '#f2eee4',
      cell.stamps.map((stamp) => ({ ...plain, ...stamp })),
    )
    const left = (index % columns) * width
    const top = Math.floor(index / columns) * height
    const title = await stamped(width - 4, 16, '#ffffff', [{ ...label, text: cell.label }])
    pictures.push({ input: title, left, top }, { input, left, top: top + 16 })
  }
  const rows = Math.ceil(cells.length / columns)
  const canvas = { width: columns * width, height: rows * height, channels: 3 as const, background: '#ffffff' }
  await sharp({ create: canvas })
    .composite(pictures)
    .png({ palette: true, colours: 16, dither: 0 })
    .toFile(join(folder, name))
}

const styles = [
  { style: 'Regular', bold: false, italic: false },
  { style: 'Bold', bold: true, italic: false },
  { style: 'Italic', bold: false, italic: true },
  { style: 'Bold Italic', bold: true, italic: true },
]

const latin = 'Añb Qĝ 7&8\nЖдя Ђђ Ґї\nΩάξ ψΎ €'
await sheet(
  'fonts.png',
  4,
  240,
  140,
  fontFamilies.flatMap((fontFamily) =>
    styles.map(({ style, ...face }) => ({
      label: `${fontFamily} ${style}`,
      stamps: [{ text: latin, fontFamily, ...face }],
    })),
  ),
)

const scripts = {
  Han: '水印样本 漢字 永',
  kana: 'ウォーター ひらがな',
  Hangul: '한글 워터마크 뷁',
  Arabic: 'مرحبا بالعالم ١٢٣ لا',
  Devanagari: 'क्षत्रिय श्री हिन्दी द्ध मराठी ळ',
  mixed: 'Foto 写真 фото عكس चित्र 한',
  'emoji, unsupported': '😀★☂ ก\u{10fffd} ｱ',
}
await sheet(
  'scripts.png',
  7,
  270,
  56,
  fontFamilies.flatMap((fontFamily) =>
    [styles[0], styles[3]].flatMap((face) =>
      Object.entries(scripts).map(([script, text]) => ({
        label: `${fontFamily} ${face?.style} ${script}`,
        stamps: [{ text, fontFamily, bold: face?.bold ?? false, italic: face?.italic ?? false, fontSize: 17 }],
      })),
    ),
  ),
)

const sample = { text: 'Sample', fontSize: 26, color: '#b02020' }
await sheet('places.png', 5, 240, 160, [
  ...gravities.map((gravity) => ({ label: gravity, stamps: [{ ...sample, gravity }] })),
  {
    label: 'SouthEast, adjusted 10 % / 20 %',
    stamps: [{ ...sample, gravity: 'SouthEast' as const, horizontalPercent: 10, verticalPercent: 20 }],
  },
  { label: 'Center, adjusted -20 % / 20 %', stamps: [{ ...sample, horizontalPercent: -20, verticalPercent: 20 }] },
  ...[30, 90, 180, 315].map((rotation) => ({ label: `rotation ${rotation}`, stamps: [{ ...sample, rotation }] })),
  { label: 'mosaic', stamps: [{ ...sample, fontSize: 16, mosaic: true }] },
  {
    label: 'mosaic, rotation 30, opacity 40',
    stamps: [{ ...sample, fontSize: 18, mosaic: true, rotation: 30, opacity: 40 }],
  },
  ...[100, 50, 10].map((opacity) => ({ label: `opacity ${opacity}`, stamps: [{ ...sample, opacity }] })),
  { label: 'width_percent 80', stamps: [{ ...sample, widthPercent: 80 }] },
  { label: 'height_percent 40', stamps: [{ ...sample, heightPercent: 40 }] },
  { label: 'shadow', stamps: [{ ...sample, fontSize: 44, shadow: '#000000' }] },
  { label: 'shadow, rotation 90', stamps: [{ ...sample, fontSize: 36, shadow: '#0000ff', rotation: 90 }] },
  { label: 'border 1', stamps: [{ ...sample, border: { width: 1, color: '#ffffff' } }] },
  { label: 'border 6', stamps: [{ ...sample, fontSize: 44, border: { width: 6, color: '#ffffff' } }] },
  {
    label: 'border 3, shadow, rotation 20, opacity 60',
    stamps: [
      { ...sample, fontSize: 40, border: { width: 3, color: '#ffffff' }, shadow: '#000000', rotation: 20, opacity: 60 },
    ],
  },
  { label: 'lines, West', stamps: [{ ...sample, text: 'one\nlonger line\ntwo', gravity: 'West' as const }] },
  { label: 'lines, Center', stamps: [{ ...sample, text: 'one\nlonger line\ntwo' }] },
  { label: 'lines, East', stamps: [{ ...sample, text: 'one\nlonger line\ntwo', gravity: 'East' as const }] },
  { label: 'two elements', stamps: [sample, { ...sample, color: '#2020b0', rotation: 90 }] },
])
process.stdout.write(`${folder}\n`)
