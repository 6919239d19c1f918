import { describe, expect, it } from 'vitest'
import type { JudgedCapture } from '../records.ts'
import { manifestHead, manifestLine, pathOf } from './manifest.ts'

const capture: JudgedCapture = {
  id: 'ph_01J00000000000000000000000',
  asset: 'a',
  project: 'default',
  installation: 'in_1',
  camera: null,
  sha256: 'ab',
  taken: Date.UTC(2021, 4, 31, 22, 15),
  offset: 600,
  day: 20_210_601,
  minute: 495,
  weekday: 2,
  timeSource: 'exif',
  received: 0,
  filename: 'IMG.JPG',
  blob: 'default/1',
  mime: 'image/jpeg',
  size: 10,
  width: 4,
  height: 3,
  tags: ['slab', 'crane'],
  flags: ['dark', 'blurred'],
  exposure: null,
  score: 7.5,
  label: null,
}
const line = (fields: Partial<JudgedCapture>, name = 'North') =>
  manifestLine({ ...capture, ...fields }, { name }, { name: 'a.jpg', size: 9 })

describe('the list of an export', () => {
  it('has a value under each head', () => {
    expect(line({}).trimEnd().split(',')).toHaveLength(manifestHead.trimEnd().split(',').length)
    expect(line({})).toBe(
      'ph_01J00000000000000000000000,2021-05-31T22:15:00Z,2021-06-01T08:15:00+10:00,in_1,North,,IMG.JPG,a.jpg,9,ab,10,image/jpeg,4,3,slab | crane,dark blurred,7.5,\r\n',
    )
  })

  it('quotes what would break a line, and defuses what a sheet would run', () => {
    expect(line({ filename: 'a,b"c.jpg' })).toContain(',"a,b""c.jpg",')
    expect(line({ filename: 'a\r\nb' })).toContain('"a\r\nb"')
    for (const start of ['=', '+', '-', '@', '\t=', ' =']) {
      expect(line({ filename: `${start}cmd|x` })).toMatch(/,"?'\s*[=+\-@]cmd\|x/)
    }
    expect(line({ tags: ['-1+1'] })).toContain(",'-1+1,")
    expect(line({}, '=HYPERLINK("x")')).toContain(`"'=HYPERLINK(""x"")"`)
  })
})

describe('the place of a photo in the archive', () => {
  const at = (name: string, mime = 'image/jpeg', isOriginal = true) =>
    pathOf({ ...capture, mime }, { id: 'in_1', name }, isOriginal)

  it('is by installation and local day', () => {
    expect(at('North tower')).toBe('North tower/2021/06/01/20210601-081500_ph_01J00000000000000000000000.jpg')
    expect(at('North', 'image/heic')).toMatch(/\.heic$/)
    expect(at('North', 'image/heic', false)).toMatch(/\.jpg$/)
  })

  it.each([
    ['../../etc', '_.._etc'],
    ['a/b\\c:d', 'a_b_c_d'],
    ['...', 'in_1'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['\u202egpj.exe', '_gpj.exe'],
    ['Gerüst 東', 'Gerüst 東'],
  ])('of %j is one folder', (name, folder) => {
    expect(at(name).split('/')[0]).toBe(folder)
    expect(at(name).split('/')).toHaveLength(5)
  })
})
