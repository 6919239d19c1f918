/** Plans, maps and certificates that are drawn here: none that are real can be had, so this measures synthetic ones only. */
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { photo } from '../../../../../../test/support/pictures.ts'
import { labelOf } from '../../../../../core/vision/label.ts'
import { measureDocument } from './document.ts'
import { flagsOf } from './flags.ts'
import { planesOf } from './planes.ts'
import { measureScene } from './scene.ts'
import { toneOf } from './tone.ts'

async function labelled(source: Buffer): Promise<string> {
  const { data, info } = await sharp(source)
    .resize(1024, 1024, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .jpeg({ quality: 85 })
    .toBuffer()
    .then((jpeg) => sharp(jpeg).raw().toBuffer({ resolveWithObject: true }))
  const view = { data, width: info.width, height: info.height }
  const tone = toneOf(view)
  const [luma] = planesOf(view).luma
  if (luma === undefined) throw new Error('no plane')
  const paper = measureDocument(view, luma)
  const features = { ...tone.features, ...flagsOf(view, tone), ...paper, ...measureScene(view) }
  const nothing = { objects: [], faces: [], classes: null, embedding: null, outputs: {}, models: [] }
  return labelOf({ format: 'jpg', width: view.width, height: view.height, features, ...nothing }, 0.25).label
}

const svg = (inner: string, width = 900, height = 700) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${inner}</svg>`,
  )
const text = (x: number, y: number, words: string, size = 16) =>
  `<text x="${x}" y="${y}" font-size="${size}" font-family="sans-serif">${words}</text>`

function plan(walls: number, at: number): Buffer {
  const rooms = [0, 1, 2, 3].map((room) => {
    const [x, y] = [90 + at + (room % 2) * 320, 90 + Math.floor(room / 2) * 250]
    return `<rect x="${x}" y="${y}" width="320" height="250" fill="none" stroke="#111" stroke-width="${walls}"/>
      <path d="M ${x + 60} ${y + 250} a 60 60 0 0 1 60 -60" fill="none" stroke="#333" stroke-width="2"/>
      ${text(x + 110, y + 120, 'Room 12,4 m²')}`
  })
  return svg(rooms.join(''))
}

function certificate(left: number): Buffer {
  const colours = ['#00a04e', '#51b747', '#bdd62e', '#fff100', '#fcb814', '#f36e21', '#ed1d24']
  const bars = colours.map(
    (colour, at) =>
      `<rect x="${left}" y="${160 + at * 58}" width="${140 + at * 45}" height="44" fill="${colour}"/>${text(left + 10, 190 + at * 58, 'ABCDEFG'[at] ?? '', 26)}`,
  )
  const lines = [0, 1, 2, 3].map((line) =>
    text(left, 620 + line * 28, 'Energy performance of the building, kWh per m² and year'),
  )
  return svg(`${text(left, 90, 'Energy certificate', 40)}${bars.join('')}${lines.join('')}`, 700, 800)
}

function map(turn: number): Buffer {
  const streets = Array.from({ length: 14 }, (_, at) => {
    const place = 40 + at * 65
    return `<path d="M ${place} 0 L ${place + 40 * turn} 700" stroke="#fff" stroke-width="9"/><path d="M 0 ${place} L 900 ${place - 30 * turn}" stroke="#fff" stroke-width="9"/>${text(place, place, 'Main Street', 12)}`
  })
  return svg(
    `<rect width="100%" height="100%" fill="#eae6df"/><path d="M 0 500 C 300 420 500 640 900 520 L 900 700 L 0 700 Z" fill="#aad3df"/>
     <rect x="500" y="80" width="260" height="190" fill="#c8e6b4"/><path d="M 0 300 L 900 ${240 + turn * 40}" stroke="#f7d68a" stroke-width="22"/>${streets.join('')}`,
  )
}

describe('drawn documents', () => {
  it('plans are plans', async () => {
    for (const [walls, at] of [
      [6, 0],
      [10, 40],
      [14, 90],
    ] as const)
      expect(await labelled(plan(walls, at))).toBe('plan')
  })

  it('energy labels are certificates', async () => {
    for (const left of [40, 90, 160]) expect(await labelled(certificate(left))).toBe('cert')
  })

  it('street maps are maps', async () => {
    for (const turn of [0.5, 1, 2]) expect(await labelled(map(turn))).toBe('map')
  })

  it('pages of text, blank pages and photos are none of them', async () => {
    const page = svg(
      Array.from({ length: 22 }, (_, line) =>
        text(60, 60 + line * 28, 'Words and words of a letter that is no plan.', 20),
      ).join(''),
    )
    for (const source of [page, svg(''), await photo(800, 600)])
      expect(['plan', 'cert', 'map']).not.toContain(await labelled(source))
  })
})
