/** A made-up library: asset number n is always the same. */
import type { Asset, Folder } from '../../src/core/assets/records.ts'
import { labels } from '../../src/core/vision/labels.ts'

export const project = 'bench'
export const perFolder = 1000
const start = Date.UTC(2020, 0, 1)
/** Between two assets, so that a million of them end before now. */
const stepMs = 200_000

const colours =
  'red orange yellow green blue indigo violet black white grey brown pink gold silver beige teal navy olive maroon ivory'.split(
    ' ',
  )
const things =
  'dress shoe lamp chair table house pier boat tree river mountain street window door garden kitchen bridge tower market beach'.split(
    ' ',
  )

/** Spreads numbers evenly over 0 to below `end`, another way for each `salt`. */
export function spread(number: number, salt: number, end: number): number {
  let mixed = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296) * end)
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
/** Like core/ids.ts: seconds, then what looks random. */
const id = (created: number, number: number, salt: number) =>
  hex(Math.floor(created / 1000), 8) + hex(spread(number, salt, 0xffff_ffff), 8) + hex(number, 8)

export const colour = (number: number) => colours[spread(number, 1, colours.length)] ?? ''
export const thing = (number: number) => things[spread(number, 2, things.length)] ?? ''
/** 300 tags: each on one asset in a hundred. */
export const tag = (number: number, salt: number) => `tag-${spread(number, 10 + salt, 300)}`
export const created = (number: number) => start + number * stepMs
export const assetId = (number: number) => id(created(number), number, 3)
export const folderPath = (number: number) => `/shoots/${String(Math.floor(number / perFolder)).padStart(5, '0')}`
export const folderId = (number: number) => id(start, Math.floor(number / perFolder), 4)

/** The root, `/shoots` and the folders of `count` assets. */
export function folders(count: number): Folder[] {
  const folder = (id: string, parent: string | null, path: string): Folder => ({
    id,
    project,
    parent,
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    customMetadata: {},
    lockedBy: null,
    created: start,
    updated: start,
  })
  const [root, shoots] = [id(start, 0, 5), id(start, 0, 6)]
  const leaves = Array.from({ length: Math.ceil(count / perFolder) }, (_, index) =>
    folder(folderId(index * perFolder), shoots, folderPath(index * perFolder)),
  )
  return [folder(root, null, ''), folder(shoots, root, '/shoots'), ...leaves]
}

export function asset(number: number): Asset {
  const format = spread(number, 5, 10) === 0 ? 'png' : 'jpg'
  const at = created(number)
  const place = spread(number, 6, 10) === 0
  return {
    id: assetId(number),
    file: assetId(number),
    project,
    folder: folderId(number),
    name: `IMG_${String(number).padStart(7, '0')}_${colour(number)}_${thing(number)}.${format}`,
    version: 1,
    lastDeleted: 0,
    current: true,
    blob: `${project}/${assetId(number)}`,
    size: 50_000 + spread(number, 7, 8_000_000),
    mime: format === 'png' ? 'image/png' : 'image/jpeg',
    format,
    kind: 'image',
    width: 400 + spread(number, 8, 5600),
    height: 300 + spread(number, 9, 3700),
    orientation: null,
    video: null,
    alpha: format === 'png',
    tags: [...new Set([tag(number, 0), tag(number, 1), tag(number, 2)])],
    aiTags: [],
    customMetadata: { colour: colour(number), rating: spread(number, 20, 501) / 100 },
    customCoordinates: null,
    isPrivate: spread(number, 21, 1000) === 0,
    isPublished: true,
    description: null,
    embeddedMetadata: place
      ? {
          DateTimeOriginal: new Date(at - 86_400_000).toISOString(),
          GPSLatitude: spread(number, 22, 18_000) / 100 - 90,
          GPSLongitude: spread(number, 23, 36_000) / 100 - 180,
        }
      : null,
    score: spread(number, 26, 100_001) / 10_000,
    label: labels[spread(number, 27, labels.length)] ?? null,
    createdBy: `user-${spread(number, 24, 50)}@example.org`,
    origin: 'library',
    created: at,
    updated: at + spread(number, 25, 1000) * 86_400,
  }
}
