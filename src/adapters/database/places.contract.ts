/** What the repositories of installations, groups, cameras and diagnostics do; captures have a contract of their own. */
import { describe, expect, it } from 'vitest'
import { prefixedUlid } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import type { AlertState, Camera, Diagnostic } from '../../core/sites/cameras/records.ts'
import type { Group, Installation } from '../../core/sites/records.ts'
import { aUser, fresh } from './test-records.ts'

function anInstallation(project: string, fields: Partial<Installation> = {}): Installation {
  return {
    id: prefixedUlid('in', 1000),
    project,
    name: fresh('site'),
    description: null,
    timezone: 'UTC',
    latitude: null,
    longitude: null,
    address: null,
    status: 'active',
    started: null,
    ended: null,
    photos: 0,
    tags: [],
    watermark: null,
    rev: 1,
    created: 1000,
    updated: 1000,
    deleted: null,
    ...fields,
  }
}

function aCamera(project: string, fields: Partial<Camera> = {}): Camera {
  return {
    id: prefixedUlid('cm', 1000),
    project,
    serial: null,
    name: fresh('camera'),
    model: null,
    firmware: null,
    installation: null,
    enabled: true,
    schedule: { interval_minutes: 15, active_from: null, active_to: null },
    voltageAlertMv: 7600,
    seen: null,
    watched: 1000,
    due: null,
    lost: null,
    created: 1000,
    updated: 1000,
    ...fields,
  }
}

function aRecord(camera: string, recorded: number, fields: Partial<Diagnostic> = {}): Diagnostic {
  return {
    camera,
    recorded,
    event: '',
    batteryMv: 8000,
    externalPower: true,
    signalDbm: null,
    temperatureC: -1.5,
    humidityPct: null,
    storageFreeMb: null,
    photosPending: null,
    message: null,
    ...fields,
  }
}

export function placesContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const read = () => store().read

  const addPlaces = async (project: string, count: number, fields: Partial<Installation> = {}) => {
    const all = Array.from({ length: count }, () => anInstallation(project, fields))
    await tx(async ({ installations }) => {
      for (const one of all) await installations.insert(one)
    })
    return all.map(({ id }) => id)
  }

  describe('installations', () => {
    it('are listed by name, of those that are visible, whatever their number; deleted ones are nowhere', async () => {
      const project = fresh('project')
      const ids = await addPlaces(project, 3)
      const [first = '', second = '', third = ''] = ids
      await tx((t) => t.installations.update(project, second, { deleted: 5 }))
      const listed = async (visible: 'all' | string[]) =>
        (await read().installations.page({ project, visible }, { limit: 9 })).map(({ id }) => id)
      expect(await listed('all')).toEqual([first, third])
      // More ids than an engine takes parameters.
      expect(await listed([...Array.from({ length: 70_000 }, (_, at) => `in_${at}`), second, third])).toEqual([third])
      expect(await read().installations.find(project, second)).toBeUndefined()
      expect(await tx((t) => t.installations.purge(second, 5))).toBe(false)
      expect(await tx((t) => t.installations.purge(first, 6))).toBe(false)
      expect(await tx((t) => t.installations.purge(second, 6))).toBe(true)
    })

    it('keep how far a change of their zone is', async () => {
      const change = { installation: fresh('in'), zoneBefore: 'UTC', moved: 0, after: null }
      const further = { ...change, moved: 5, after: { taken: -3, id: 'ph_1' } }
      await tx((t) => t.installations.saveZoneChange(change))
      expect(await read().installations.zoneChanges([change.installation, 'other'])).toEqual([change])
      await tx((t) => t.installations.saveZoneChange(further))
      expect(await read().installations.zoneChanges([change.installation])).toEqual([further])
      await tx((t) => t.installations.endZoneChange(change.installation))
      expect(await read().installations.zoneChanges([change.installation])).toEqual([])
    })
  })

  describe('groups', () => {
    const aGroup = (project: string, fields: Partial<Group> = {}): Group => ({
      id: prefixedUlid('gr', 1000),
      project,
      name: fresh('group'),
      description: null,
      created: 1000,
      updated: 1000,
      ...fields,
    })

    it('count and list installations that are there; the most that a group gives is the access', async () => {
      const project = fresh('project')
      const [one = '', two = '', gone = ''] = await addPlaces(project, 3)
      const user = aUser({ project })
      const [wide, narrow, empty] = [aGroup(project), aGroup(project), aGroup(project)]
      await tx(async (t) => {
        await t.users.insert(user)
        for (const group of [wide, narrow, empty]) await t.groups.insert(group)
        await t.groups.setInstallations(wide.id, [one, two, gone])
        await t.groups.setInstallations(narrow.id, [one])
        await t.groups.setMember(wide.id, user.id, 'view')
        await t.groups.setMember(narrow.id, user.id, 'manage')
        await t.installations.update(project, gone, { deleted: 5 })
      })
      expect(await read().groups.counts([wide.id, narrow.id, empty.id], 'all')).toEqual(
        new Map([
          [wide.id, 2],
          [narrow.id, 1],
        ]),
      )
      expect(await read().groups.counts([wide.id, narrow.id], [two])).toEqual(new Map([[wide.id, 1]]))
      expect(await read().groups.installations(wide.id)).toEqual([one, two].sort())
      const names = async (of: 'all' | 'filled' | string[]) =>
        (await read().groups.page(project, { of, limit: 9 })).map(({ id }) => id)
      expect(await names('all')).toEqual([wide.id, narrow.id, empty.id])
      expect(await names('filled')).toEqual([wide.id, narrow.id])
      expect(await names([two])).toEqual([wide.id])
      expect(await names([gone])).toEqual([])
      const access = await read().groups.accessOf(user)
      expect([access.everywhere, access.installations.get(one), access.installations.get(two)]).toEqual([
        null,
        'manage',
        'view',
      ])
      await tx((t) => t.groups.dropInstallation(one))
      expect((await read().groups.accessOf(user)).installations.has(one)).toBe(false)
      expect(await read().groups.members(wide.id)).toEqual([{ user: user.id, username: user.username, right: 'view' }])
      expect(await tx((t) => t.groups.setMember(wide.id, user.id, null))).toBe(true)
      expect(await tx((t) => t.groups.setMember(wide.id, user.id, null))).toBe(false)
    })

    it('set by 20 at once have the installations of one of them', async () => {
      const project = fresh('project')
      const ids = await addPlaces(project, 20)
      const group = aGroup(project)
      await tx((t) => t.groups.insert(group))
      await Promise.all(
        ids.map((id, at) =>
          tx(async (t) => {
            await t.groups.update(project, group.id, { updated: 2000 + at })
            await t.groups.setInstallations(group.id, [id, ids[0] ?? ''])
          }),
        ),
      )
      expect([1, 2]).toContain((await read().groups.installations(group.id)).length)
    })
  })

  describe('cameras', () => {
    it('have a name, a serial number and a place of their own', async () => {
      const project = fresh('project')
      const [place = ''] = await addPlaces(project, 1)
      const camera = aCamera(project, { serial: 'S1', installation: place, enabled: false })
      await tx((t) => t.cameras.insert(camera))
      expect(await read().cameras.find(project, camera.id)).toEqual(camera)
      expect(await read().cameras.find('other', camera.id)).toBeUndefined()
      expect(await read().cameras.at([place, 'other'])).toEqual([camera])
      const taken = (wanted: object, id?: string) => read().cameras.taken(project, wanted, id)
      expect(await taken({ name: camera.name })).toBe('name')
      expect(await taken({ name: 'free', serial: 'S1' })).toBe('serial')
      expect(await taken({ serial: null, installation: place })).toBe('installation')
      expect(await taken({ name: camera.name, serial: 'S1', installation: place }, camera.id)).toBeUndefined()
      for (const same of [{ name: camera.name }, { serial: 'S1' }, { installation: place }]) {
        await expect(tx((t) => t.cameras.insert(aCamera(project, same)))).rejects.toMatchObject({ code: 'conflict' })
      }
      await tx((t) => t.cameras.insert(aCamera(fresh('project'), { name: camera.name, serial: 'S1' })))
      const updated = await tx((t) =>
        t.cameras.update(camera.id, { enabled: true, schedule: null, installation: null }),
      )
      expect(updated).toEqual({ ...camera, enabled: true, schedule: null, installation: null })
    })

    it('put at one place by 20 at once: one stands there', async () => {
      const project = fresh('project')
      const [place = ''] = await addPlaces(project, 1)
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => tx((t) => t.cameras.insert(aCamera(project, { installation: place })))),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await read().cameras.at([place])).toHaveLength(1)
    })

    it('are found when they are lost, the longest lost first', async () => {
      const project = fresh('project')
      const late = [aCamera(project, { lost: 70 }), aCamera(project, { lost: 50 }), aCamera(project, { lost: 90 })]
      await tx(async (t) => {
        for (const camera of late) await t.cameras.insert(camera)
      })
      const own = (await read().cameras.lost(80, 100)).filter((camera) => camera.project === project)
      expect(own.map(({ lost }) => lost)).toEqual([50, 70])
    })

    it('keep their alerts: open ones in order of kind, what is known apart', async () => {
      const { id: camera } = aCamera('p')
      const state = (kind: AlertState['kind'], fields: Partial<AlertState> = {}): AlertState => ({
        camera,
        kind,
        since: 5,
        value: 1.5,
        last: 6,
        streak: 0,
        ...fields,
      })
      const [moved, low, sound] = [state('view_moved'), state('low_voltage'), state('storage_low', { since: null })]
      await tx((t) => t.cameras.saveAlerts([moved, low, sound]))
      expect(await read().cameras.alerts([camera])).toEqual([low, moved])
      expect(await read().cameras.alertStates(camera)).toHaveLength(3)
      await tx((t) => t.cameras.saveAlerts([{ ...low, since: null, value: null, last: 9, streak: 1 }]))
      expect(await read().cameras.alerts([camera])).toEqual([moved])
      await tx((t) => t.cameras.dropAlerts(camera, ['view_moved', 'low_voltage']))
      expect(await read().cameras.alertStates(camera)).toEqual([sound])
    })
  })

  describe('diagnostics', () => {
    it('are kept once, by 20 parallel writers too', async () => {
      const { id: camera } = aCamera('p')
      const records = [1, 2, 3].map((minute) => aRecord(camera, minute * 60_000))
      const added = await Promise.all(
        Array.from({ length: 20 }, () => tx(async (t) => (await t.cameras.addDiagnostics(records)).length)),
      )
      expect(added.reduce((sum, count) => sum + count)).toBe(3)
      expect(await tx((t) => t.cameras.addDiagnostics([]))).toEqual([])
      expect(await read().cameras.diagnostics(camera, { limit: 9 })).toEqual(records.toReversed())
      const event = aRecord(camera, 60_000, { event: 'VBT', externalPower: null })
      expect(await tx((t) => t.cameras.addDiagnostics([event]))).toEqual([event])
      expect(await read().cameras.oldestDiagnostic(camera)).toBe(60_000)
      expect(await read().cameras.oldestDiagnostic('other')).toBeUndefined()
    })

    it('are thinned to the newest of each slot, however many lie between, page by page', async () => {
      const { id: camera } = aCamera('p')
      const hour = 3_600_000
      const start = Math.floor(1_600_000_000_000 / hour) * hour
      const all = Array.from({ length: 400 }, (_, at) => aRecord(camera, start + at * 60_000))
      await tx((t) => t.cameras.addDiagnostics(all))
      const slots: number[] = []
      for (let after: { recorded: number; event: string } | undefined; ; ) {
        const page = await read().cameras.diagnostics(camera, {
          everyMs: hour,
          limit: 3,
          ...(after === undefined ? {} : { after }),
        })
        slots.push(...page.map(({ recorded }) => (recorded - start) / 60_000))
        after = page.at(-1)
        if (after === undefined) break
      }
      expect(slots).toEqual([399, 359, 299, 239, 179, 119, 59])
    })
  })
}
