/** EXIF, IPTC and XMP as one flat object within its bounds. */
import {
  type EmbeddedMetadata,
  type MetadataValue,
  metadataBounds,
} from '../../../../../core/processing/description.ts'
import { isoDate } from './readable.ts'

type Found = ReadonlyMap<string, MetadataValue>

/** Where a name is in several, EXIF counts before IPTC, and IPTC before XMP; keywords are those of all. Null: there is nothing. */
export function mergeMetadata(exif: Found, iptc: Found, xmp: Found): EmbeddedMetadata | null {
  const all: Found[] = [exif, datedIptc(iptc), xmp]
  // What programs look for comes first, so that the bounds cut it last.
  const merged = new Map<string, MetadataValue>(titles(exif, iptc, xmp))
  for (const name of ['DateTimeOriginal', 'GPSLatitude', 'GPSLongitude']) {
    const value = all.map((found) => found.get(name)).find((candidate) => candidate !== undefined)
    if (value !== undefined) merged.set(name, value)
  }
  for (const found of all) {
    for (const [name, value] of found) if (!merged.has(name)) merged.set(name, value)
  }
  return merged.size === 0 ? null : bounded(merged)
}

/** The few that every standard has a name of its own for. */
function titles(exif: Found, iptc: Found, xmp: Found): [string, MetadataValue][] {
  const keywords = unique([
    ...textsOf(iptc.get('Keywords')),
    ...textsOf(xmp.get('Keywords')),
    ...textsOf(xmp.get('Subject')),
    ...String(exif.get('XPKeywords') ?? '').split(';'),
  ])
  const entries: [string, MetadataValue | undefined][] = [
    ['Keywords', keywords.length > 0 ? keywords : undefined],
    ['Title', xmp.get('Title') ?? iptc.get('ObjectName') ?? exif.get('XPTitle')],
    ['Description', xmp.get('Description') ?? iptc.get('CaptionAbstract') ?? exif.get('ImageDescription')],
    ['Creator', xmp.get('Creator') ?? iptc.get('Byline') ?? exif.get('Artist')],
  ]
  return entries
    .flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    .map(([name, value]) => [name, value])
}

const textsOf = (value: MetadataValue | undefined) =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String)

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))].slice(0, metadataBounds.list)
}

/** Days `YYYYMMDD` and times `HHMMSS±HHMM`; a day and its time together are a date. */
function datedIptc(iptc: Found): Found {
  const dated = new Map(iptc)
  for (const [day, time] of [
    ['DateCreated', 'TimeCreated'],
    ['DigitalCreationDate', 'DigitalCreationTime'],
  ] as const) {
    const clock = /^(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?$/.exec(String(dated.get(time) ?? ''))
    const zone = clock?.[4] === undefined ? '' : `${clock[4]}:${clock[5]}`
    if (clock !== null) dated.set(time, `${clock[1]}:${clock[2]}:${clock[3]}${zone}`)
    const written = dashed(String(dated.get(day) ?? ''))
    const whole = clock === null ? undefined : isoDate(`${written}T${clock[1]}:${clock[2]}:${clock[3]}${zone}`)
    if (dated.has(day)) dated.set(day, whole ?? written)
  }
  for (const day of ['ReleaseDate', 'ExpirationDate']) {
    if (dated.has(day)) dated.set(day, dashed(String(dated.get(day))))
  }
  return dated
}

const dashed = (day: string) => day.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')

/** As many as fit, in their order; lists lose entries before they are left out. */
function bounded(values: Found): EmbeddedMetadata {
  const kept: [string, MetadataValue][] = []
  let left: number = metadataBounds.total - 2
  for (const [name, value] of values) {
    if (kept.length >= metadataBounds.names) break
    const part = fitting(value, left - name.length - 4)
    if (part === undefined) continue
    kept.push([name, part])
    left -= JSON.stringify(part).length + name.length + 4
  }
  return Object.fromEntries(kept)
}

function fitting(value: MetadataValue, room: number): MetadataValue | undefined {
  if (!Array.isArray(value)) return JSON.stringify(value).length <= room ? value : undefined
  const list: (string | number)[] = []
  let length = 2
  for (const entry of value.slice(0, metadataBounds.list)) {
    length += JSON.stringify(entry).length + 1
    if (length > room) break
    list.push(entry)
  }
  return list.length === 0 ? undefined : list
}
