/** Reads XMP: properties of RDF as flat names, as ExifTool builds them (`LocationShown` + `City`). */
import { type MetadataValue, metadataBounds } from '../../../../../core/processing/description.ts'
import { isoDate, meaningOf } from './readable.ts'
import { clean } from './text.ts'
import { type Element, readXml } from './xml.ts'

/** Histories, develop settings and embedded pictures: long, and about the making rather than the picture. */
const skippedPrefixes: readonly string[] = [
  'rdf',
  'xml',
  'xmlns',
  'x',
  'xmpMM',
  'xapMM',
  'crs',
  'crd',
  'xmpG',
  'xmpGImg',
  'xmpNote',
]
const skippedNames: readonly string[] = ['Thumbnails', 'DocumentAncestors', 'TextLayers', 'History', 'NativeDigest']
/** What these say is a number where it looks like one; a title that looks like one is a title. */
const numericPrefixes: readonly string[] = ['exif', 'exifEX', 'tiff', 'aux', 'xmp', 'GPano', 'MicrosoftPhoto']
/** Names that EXIF has others for. */
const renamed: Readonly<Record<string, string>> = {
  PixelXDimension: 'ExifImageWidth',
  PixelYDimension: 'ExifImageHeight',
  ISOSpeedRatings: 'ISO',
  PhotographicSensitivity: 'ISO',
  ExposureBiasValue: 'ExposureCompensation',
  FocalLengthIn35mmFilm: 'FocalLengthIn35mmFormat',
  DateTime: 'ModifyDate',
  CreatorContactInfo: 'Creator',
  ArtworkOrObject: 'Artwork',
}
const renamedFields: Readonly<Record<string, string>> = {
  CiAdrCity: 'City',
  CiAdrCtry: 'Country',
  CiAdrExtadr: 'Address',
  CiAdrPcode: 'PostalCode',
  CiAdrRegion: 'Region',
  CiEmailWork: 'WorkEmail',
  CiTelWork: 'WorkTelephone',
  CiUrlWork: 'WorkURL',
}
const deepest = 5

type Value = string | Value[] | Map<string, Value>

/** Lists of texts stay lists, however short; the caller bounds the whole. */
export function readXmp(block: Buffer): Map<string, MetadataValue> {
  const found = new Map<string, MetadataValue>()
  const utf16 = block[0] === 0xff && block[1] === 0xfe
  const document = readXml(block.toString(utf16 ? 'utf16le' : 'utf8'))
  for (const description of descriptionsIn(document, 0)) {
    for (const [property, value] of propertiesOf(description)) {
      const name = localName(property)
      if (skippedNames.includes(name)) continue
      emit(found, renamed[name] ?? name, value, prefixOf(property), 0)
    }
  }
  return found
}

const prefixOf = (name: string) => name.slice(0, Math.max(0, name.indexOf(':')))

/** Without its prefix, its first letter large. */
function localName(name: string): string {
  const local = name.slice(name.indexOf(':') + 1)
  return local.slice(0, 1).toUpperCase() + local.slice(1)
}

/** The subjects: `rdf:Description` in `rdf:RDF`, which may stand in `x:xmpmeta`. */
function descriptionsIn(element: Element, depth: number): Element[] {
  if (depth > 3) return []
  return element.children.flatMap((child) =>
    element.name === 'rdf:RDF' ? (child.name === 'rdf:Description' ? [child] : []) : descriptionsIn(child, depth + 1),
  )
}

/** Written as attributes or as elements, which is the same. */
function propertiesOf(element: Element): Map<string, Value> {
  const properties = new Map<string, Value>()
  const isProperty = (name: string) => name.includes(':') && !skippedPrefixes.includes(prefixOf(name))
  for (const [name, text] of element.attributes) if (isProperty(name)) properties.set(name, text)
  for (const child of element.children) if (isProperty(child.name)) properties.set(child.name, valueIn(child))
  return properties
}

function valueIn(element: Element): Value {
  const [only] = element.children
  if (only?.name === 'rdf:Bag' || only?.name === 'rdf:Seq') return itemsOf(only).map(valueIn)
  if (only?.name === 'rdf:Alt') {
    const items = itemsOf(only)
    const chosen = items.find((item) => item.attributes.get('xml:lang') === 'x-default') ?? items[0]
    return chosen === undefined ? '' : valueIn(chosen)
  }
  if (only?.name === 'rdf:Description') return propertiesOf(only)
  const qualified = element.children.find((child) => child.name === 'rdf:value')
  if (qualified !== undefined) return valueIn(qualified)
  const fields = propertiesOf(element)
  if (fields.size > 0) return fields
  return element.attributes.get('rdf:resource') ?? element.text
}

const itemsOf = (list: Element) =>
  list.children.filter((child) => child.name === 'rdf:li').slice(0, metadataBounds.list)

function emit(into: Map<string, MetadataValue>, name: string, value: Value, prefix: string, depth: number): void {
  if (depth > deepest) return
  if (value instanceof Map) {
    for (const [field, part] of value) emit(into, name + fieldName(name, localName(field)), part, prefix, depth + 1)
  } else if (Array.isArray(value)) {
    const texts = value.flatMap((item) => (typeof item === 'string' ? [clean(item)] : [])).filter((text) => text !== '')
    if (texts.length > 0) set(into, name, texts)
    emitStructures(
      into,
      name,
      value.filter((item) => item instanceof Map),
      prefix,
      depth,
    )
  } else {
    const text = clean(value)
    if (text !== '') set(into, name, convert(name, text, prefix))
  }
}

/** A list of structures becomes a list for each field, or plain values where it has one entry only. */
function emitStructures(
  into: Map<string, MetadataValue>,
  name: string,
  structures: readonly Map<string, Value>[],
  prefix: string,
  depth: number,
): void {
  const [first] = structures
  if (first !== undefined && structures.length === 1) {
    emit(into, name, first, prefix, depth + 1)
    return
  }
  const fields = new Set(structures.flatMap((structure) => [...structure.keys()]))
  for (const field of fields) {
    const parts = structures.map((structure) => structure.get(field)).filter((part) => typeof part === 'string')
    emit(into, name + fieldName(name, localName(field)), parts, prefix, depth + 1)
  }
}

/** A field of a structure, without the marks of where it belongs. */
function fieldName(name: string, field: string): string {
  return renamedFields[field] ?? (name === 'Artwork' ? field.replace(/^AO/, '') : field)
}

/** The first one counts; names are as long as names are. */
function set(into: Map<string, MetadataValue>, name: string, value: MetadataValue): void {
  if (/^[A-Z][A-Za-z0-9_-]{0,99}$/.test(name) && !into.has(name) && into.size < metadataBounds.names)
    into.set(name, value)
}

function convert(name: string, text: string, prefix: string): MetadataValue {
  if (/^(true|false)$/i.test(text)) return /^t/i.test(text)
  if (name === 'GPSLatitude' || name === 'GPSLongitude') return degreesOf(text) ?? text
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return isoDate(text) ?? text
  if (!numericPrefixes.includes(prefix)) return text
  const [, over = '', under = '1'] = /^(-?\d{1,10}(?:\.\d{1,10})?)(?:\/(\d{1,10}))?$/.exec(text) ?? []
  if (over === '' || Number(under) === 0) return meaningOf(name, text)
  return meaningOf(name, Number((Number(over) / Number(under)).toPrecision(12)))
}

/** `DDD,MM,SSk` or `DDD,MM.mmk`, k one of N S E W. */
function degreesOf(text: string): number | undefined {
  const [, degrees, minutes, seconds = '0', side] =
    /^(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?([NSEW])$/.exec(text) ?? []
  if (side === undefined) return undefined
  const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600
  return side === 'S' || side === 'W' ? -value : value
}
