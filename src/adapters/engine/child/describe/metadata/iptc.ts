/** Reads IPTC-IIM, alone or inside the resources of Photoshop, as ExifTool names it. */
import { metadataBounds } from '../../../../../core/processing/description.ts'
import { clean, decodeText } from './text.ts'

/** Most datasets that are looked at. */
const mostDatasets = 1000
/** The resource of Photoshop that holds IPTC. */
const iptcResource = 0x0404

/** Of the application record; lists are repeated datasets. */
const names: Readonly<Record<number, string>> = {
  4: 'ObjectAttributeReference',
  5: 'ObjectName',
  7: 'EditStatus',
  10: 'Urgency',
  12: 'SubjectReference',
  15: 'Category',
  20: 'SupplementalCategories',
  22: 'FixtureIdentifier',
  25: 'Keywords',
  30: 'ReleaseDate',
  37: 'ExpirationDate',
  40: 'SpecialInstructions',
  55: 'DateCreated',
  60: 'TimeCreated',
  62: 'DigitalCreationDate',
  63: 'DigitalCreationTime',
  65: 'OriginatingProgram',
  70: 'ProgramVersion',
  80: 'Byline',
  85: 'BylineTitle',
  90: 'City',
  92: 'Sublocation',
  95: 'ProvinceState',
  100: 'CountryPrimaryLocationCode',
  101: 'CountryPrimaryLocationName',
  103: 'OriginalTransmissionReference',
  105: 'Headline',
  110: 'Credit',
  115: 'Source',
  116: 'CopyrightNotice',
  118: 'Contact',
  120: 'CaptionAbstract',
  122: 'WriterEditor',
  131: 'ImageOrientation',
  135: 'LanguageIdentifier',
}
const lists: readonly number[] = [12, 20, 25]

/** By name; a value that is repeated becomes a list. Empty when there is none. */
export function readIptc(block: Buffer): Map<string, string | string[]> {
  const found = new Map<string, string | string[]>()
  const bytes = block.toString('latin1', 0, 13) === 'Photoshop 3.0' ? resourceOf(block.subarray(14)) : block
  for (let at = 0, seen = 0; seen < mostDatasets && at + 5 <= bytes.length && bytes[at] === 0x1c; seen++) {
    const length = bytes.readUInt16BE(at + 3)
    // The highest bit announces lengths of more than 32 KB, which no text has.
    if (length > 0x7fff || at + 5 + length > bytes.length) break
    const [record, dataset] = [bytes.readUInt8(at + 1), bytes.readUInt8(at + 2)]
    if (record === 2) add(found, dataset, clean(decodeText(bytes.subarray(at + 5, at + 5 + length))))
    at += 5 + length
  }
  return found
}

function add(found: Map<string, string | string[]>, dataset: number, text: string): void {
  const name = names[dataset]
  if (name === undefined || text === '') return
  const before = found.get(name)
  const list = before === undefined ? [] : Array.isArray(before) ? before : [before]
  if (list.length >= metadataBounds.list) return
  found.set(name, list.length > 0 || lists.includes(dataset) ? [...list, text] : text)
}

/** Photoshop's resources: `8BIM`, number, a name of even length, size, data of even length. */
function resourceOf(bytes: Buffer): Buffer {
  for (let at = 0; at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM'; ) {
    const number = bytes.readUInt16BE(at + 4)
    const nameBytes = ((bytes[at + 6] ?? 0) + 2) & ~1
    const start = at + 6 + nameBytes + 4
    if (start > bytes.length) break
    const size = bytes.readUInt32BE(start - 4)
    if (number === iptcResource) return bytes.subarray(start, start + size)
    at = start + size + (size & 1)
  }
  return Buffer.alloc(0)
}
