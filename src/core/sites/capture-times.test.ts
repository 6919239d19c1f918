import { describe, expect, it } from 'vitest'
import { takenTime } from './capture-times.ts'

const received = Date.parse('2026-01-02T03:04:05Z')

function told(clues: {
  given?: string
  exif?: Record<string, string | number>
  filename?: string
  zone?: string
}): string {
  const { taken, timeSource } = takenTime({
    given: clues.given === undefined ? undefined : Date.parse(clues.given),
    exif: clues.exif === undefined ? undefined : { exif: clues.exif },
    filename: clues.filename ?? '',
    zone: clues.zone ?? 'Australia/Brisbane',
    received,
  })
  return `${new Date(taken).toISOString()} ${timeSource}`
}

const named = (filename: string, zone?: string) => told({ filename, ...(zone === undefined ? {} : { zone }) })
const exif = { DateTimeOriginal: '2021:05:31 22:15:00' }

describe('when a photo was taken', () => {
  it('is what the sender says, before everything else', () => {
    expect(told({ given: '2020-01-01T00:00:00Z', exif, filename: '20210531_221500.jpg' })).toBe(
      '2020-01-01T00:00:00.000Z given',
    )
  })

  it('is EXIF with its offset', () => {
    expect(told({ exif: { ...exif, OffsetTimeOriginal: '+02:00' } })).toBe('2021-05-31T20:15:00.000Z exif')
    expect(told({ exif: { ...exif, OffsetTimeOriginal: '-09:30', SubSecTimeOriginal: '25' } })).toBe(
      '2021-06-01T07:45:00.250Z exif',
    )
  })

  it('is EXIF in the zone of the installation, also where the offset is none', () => {
    expect(told({ exif, filename: '20190101_000000.jpg' })).toBe('2021-05-31T12:15:00.000Z exif_local')
    expect(told({ exif: { ...exif, OffsetTimeOriginal: '   :  ' } })).toBe('2021-05-31T12:15:00.000Z exif_local')
    expect(told({ exif: { ...exif, OffsetTimeOriginal: '+99:00' } })).toBe('2021-05-31T12:15:00.000Z exif_local')
  })

  it('of an hour that comes twice is its first', () => {
    expect(told({ exif: { DateTimeOriginal: '2021:04:04 02:30:00' }, zone: 'Australia/Sydney' })).toBe(
      '2021-04-03T15:30:00.000Z exif_local',
    )
  })

  it('is not what a clock says that was never set', () => {
    for (const DateTimeOriginal of [
      '0000:00:00 00:00:00',
      '1970:01:01 00:00:00',
      '1980:01:01 00:00:00',
      '2021:02:30 10:00:00',
      '2021:05:31 24:00:00',
      '    :  :     :  :  ',
      'yesterday',
    ]) {
      expect(told({ exif: { DateTimeOriginal }, filename: 'a.jpg' })).toBe('2026-01-02T03:04:05.000Z received')
    }
  })

  it.each([
    'IMG_20210531_221500.jpg',
    '20210531-221500_ph_01J0000000000000000000000A.jpg',
    '2021-05-31 22.15.00.jpg',
    '2021-05-31T22-15-00.jpeg',
    '2021-05-31_22-15-00.png',
    'cam1.20210531221500.jpg',
    '2021.05.31-22.15.00.jpg',
    'WhatsApp Image 2021-05-31 at 22.15.00.jpeg',
    'Site_7_2021_05_31_22_15_00.JPG',
    '2021-05-31 22h15m00s.jpg',
    '20210531_2215.jpg',
    '1234_20210531_221500.jpg',
    '20219999_221500_20210531_221500.jpg',
  ])('is in the name %s', (name) => {
    expect(named(name)).toBe('2021-05-31T12:15:00.000Z filename')
  })

  it('in a name may have milliseconds, or be of UTC', () => {
    expect(named('PXL_20210531_221500123.jpg')).toBe('2021-05-31T12:15:00.123Z filename')
    expect(named('2021-05-31T22-15-00Z.jpg')).toBe('2021-05-31T22:15:00.000Z filename')
  })

  it.each([
    '20211331_221500.jpg',
    '20210230_221500.jpg',
    '20210531_246000.jpg',
    '19700101_000000.jpg',
    'IMG_0412.JPG',
    '1202105312215001.jpg',
    '20210531.jpg',
  ])('is not in the name %s', (name) => expect(named(name)).toBe('2026-01-02T03:04:05.000Z received'))
})
