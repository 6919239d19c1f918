/** "flags: blank, dark, blurred, obstructed, view_moved, duplicate_view (computed)" (site-photos-api.md section 7.3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawView, type View } from '../support/drawn-views.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const noon = Date.UTC(2024, 4, 1, 12)
const at = (hours: number) => new Date(noon + hours * 3_600_000).toISOString().replace('.000', '')

export function flagsSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  const taken = async (installation: string, hours: number, view: View): Promise<string[]> => {
    const bytes = await drawView({ width: 640, height: 480, moment: hours + 100, ...view })
    const { status, json } = await addPhoto(manager, installation, bytes, { taken_at: at(hours) })
    expect({ status, error: json.error }).toEqual({ status: 201, error: undefined })
    return json.photo.flags
  }

  describe('a view that is known', () => {
    let id: string
    beforeAll(async () => {
      id = await addInstallation(manager)
      const usual: View[] = [{}, { light: 0.7 }, { sun: 'right' }, { fog: 0.3 }, { sun: 'none' }, { light: 1.1 }]
      for (const [hour, view] of usual.entries()) expect(await taken(id, hour, view)).toEqual([])
    })

    it.each<[string, View, string[]]>([
      ['as usual', {}, []],
      ['in the evening', { light: 0.4, sun: 'right' }, []],
      ['by lamps', { light: 0.3, lamps: true }, []],
      ['in fog', { fog: 0.75 }, []],
      ['in snow', { snow: true }, []],
      ['badly encoded', { quality: 30 }, []],
      ['shaken', { dx: 0.005, dy: 0.004 }, []],
      ['with a new building', { tower: true }, []],
      ['in fog that hides all', { fog: 0.99 }, ['blank']],
      ['at night without lamps', { light: 0.04 }, ['blank', 'dark']],
      ['out of focus', { blur: 4 }, ['blurred']],
      ['behind something near', { covered: true }, ['obstructed']],
      ['shifted', { dx: 0.06 }, ['view_moved']],
      ['shifted far', { dx: -0.25, dy: 0.05 }, ['view_moved']],
      ['turned', { degrees: 4 }, ['view_moved']],
      ['zoomed', { zoom: 1.15 }, ['view_moved']],
    ])('%s', async (name, view, flags) => {
      const hours = 40 + (name.length * 7 + name.charCodeAt(3)) / 10
      expect(await taken(id, hours, view)).toEqual(flags)
    })

    it('and a photo that shows just what the one before showed is a duplicate view', async () => {
      expect(await taken(id, 200, { moment: 5 })).toEqual([])
      expect(await taken(id, 201, { moment: 5, quality: 60 })).toEqual(['duplicate_view'])
      expect(await taken(id, 202, { moment: 6 })).toEqual([])
    })
  })

  it('a view that moved and stays is the usual one after twelve photos; photos of before keep theirs', async () => {
    const id = await addInstallation(manager)
    for (let hour = 0; hour < 4; hour++) await taken(id, hour, {})
    const elsewhere = { dx: 0.2, dy: 0.05 }
    const found: string[][] = []
    for (let hour = 10; hour < 24; hour++) found.push(await taken(id, hour, elsewhere))
    expect(found.map((flags) => flags.includes('view_moved'))).toEqual([...Array(12).fill(true), false, false])
    // Back-filled: from the time of the old view, and from long before.
    expect(await taken(id, 2.5, { light: 0.8 })).toEqual([])
    expect(await taken(id, -5000, { sun: 'right' })).toEqual([])
    expect(await taken(id, 30, elsewhere)).toEqual([])
    expect(await taken(id, 31, {})).toEqual(['view_moved'])
  })

  it('one photo of another view changes nothing', async () => {
    const id = await addInstallation(manager)
    for (let hour = 0; hour < 3; hour++) await taken(id, hour, {})
    for (let hour = 3; hour < 8; hour++) expect(await taken(id, hour, { dx: 0.3 })).toEqual(['view_moved'])
    expect(await taken(id, 8, {})).toEqual([])
    for (let hour = 9; hour < 18; hour++) expect(await taken(id, hour, { dx: 0.3 })).toEqual(['view_moved'])
    expect(await taken(id, 18, {})).toEqual([])
  })
}
