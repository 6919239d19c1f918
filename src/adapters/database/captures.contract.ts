/** What the repository of captures does: every filter against a plain reading, counts that always fit, parallel writers. */
import { describe, expect, it } from 'vitest'
import { prefixedUlid } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { type Every, parseEvery, reach } from '../../core/sites/every.ts'
import {
  type Capture,
  type CaptureDay,
  type CaptureFilter,
  type CapturePage,
  type Flag,
  flags,
  type Installation,
} from '../../core/sites/records.ts'
import { dayIndexOf, localAt } from '../../core/sites/zones.ts'
import { fresh } from './test-records.ts'

export function capturesContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const captures = () => store().read.captures
  const random = generator(7)
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item

  async function addPlace(project: string, timezone = 'UTC'): Promise<Installation> {
    const installation: Installation = {
      id: prefixedUlid('in', Date.now()),
      project,
      name: 'A site',
      description: null,
      timezone,
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
      created: 1,
      updated: 1,
      deleted: null,
    }
    await tx((repositories) => repositories.installations.insert(installation))
    return installation
  }

  function aCapture({ id: installation, project, timezone }: Installation, fields: Partial<Capture> = {}): Capture {
    const taken = fields.taken ?? 0
    const id = prefixedUlid('ph', Date.now())
    return {
      id,
      asset: id,
      project,
      installation,
      camera: null,
      sha256: id,
      taken,
      ...localAt(timezone, taken),
      timeSource: 'given',
      received: 1,
      filename: 'a.jpg',
      blob: id,
      mime: 'image/jpeg',
      size: 1,
      width: 1,
      height: 1,
      tags: [],
      flags: [],
      exposure: null,
      ...fields,
    }
  }

  const add = (...all: Capture[]) =>
    tx(async (repositories) => {
      await repositories.captures.hold([...new Set(all.map(({ installation }) => installation))])
      for (const capture of all) await repositories.captures.insert(capture)
    })

  const days = (place: Installation) => captures().days(place.id, 0, 99_999_999)
  const plainPage = (all: readonly Capture[], filter: CaptureFilter, every: Every | undefined, page: CapturePage) => {
    const fitting = all.filter((capture) => fits(capture, filter))
    const { order, after, limit, skip = 0 } = page
    const sorted = sortedOf(every === undefined ? fitting : thinnedOf(fitting, every), order)
    const isBeyond = (capture: Capture) => {
      const [first] = sortedOf([capture, after ?? capture], order)
      return after === undefined || (capture.id !== after.id && first !== capture)
    }
    const beyond = sorted.filter(isBeyond)
    return beyond.slice(skip, skip + limit).map(({ id }) => id)
  }

  describe('captures', () => {
    it('are counted by day, tag and installation under parallel writers', async () => {
      const place = await addPlace(fresh('project'), 'Australia/Sydney')
      const start = Date.UTC(2021, 3, 3)
      const all = Array.from({ length: 40 }, (_, at) =>
        aCapture(place, {
          taken: start + at * 3_600_000,
          tags: at % 2 ? ['odd', 'all'] : ['all'],
          camera: at % 3 ? 'cm_1' : null,
        }),
      )
      await Promise.all(all.map((capture) => add(capture)))
      expect(await days(place)).toEqual(recounted(all))
      expect(await captures().tags([place.id], { limit: 10 })).toEqual([
        { tag: 'all', count: 40 },
        { tag: 'odd', count: 20 },
      ])
      const deleting = all.filter((_capture, at) => at % 4 === 0)
      const retiming = all.filter((_capture, at) => at % 4 === 1)
      const next = (capture: Capture) => ({
        ...capture,
        taken: capture.taken + 86_400_000 * 7,
        ...localAt(place.timezone, capture.taken + 86_400_000 * 7),
        tags: ['all'],
      })
      await Promise.all([
        ...deleting.map(({ id }) =>
          tx(async (repositories) => {
            await repositories.installations.lock(place.project, place.id)
            await repositories.captures.delete(place.project, [id])
          }),
        ),
        ...retiming.map((capture) =>
          tx(async (repositories) => {
            await repositories.installations.lock(place.project, place.id)
            const { taken, offset, day, minute, weekday, tags } = next(capture)
            await repositories.captures.update(capture, { taken, offset, day, minute, weekday, tags })
          }),
        ),
      ])
      const left = all
        .filter((_capture, at) => at % 4 !== 0)
        .map((capture) => (retiming.includes(capture) ? next(capture) : capture))
      expect(await days(place)).toEqual(recounted(left))
      expect(await captures().tags([place.id], { limit: 10 })).toEqual([
        { tag: 'all', count: 30 },
        { tag: 'odd', count: 10 },
      ])
      expect((await store().read.installations.find(place.project, place.id))?.photos).toBe(30)
    })

    it('with the same bytes are one for a camera, and for an installation without one', async () => {
      const place = await addPlace(fresh('project'))
      const [one, same] = [aCapture(place, { sha256: 'x' }), aCapture(place, { sha256: 'x' })]
      const results = await Promise.allSettled([add(one), add(same)])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await add(aCapture(place, { sha256: 'x', camera: fresh('cm') }))
      expect((await days(place))[0]?.count).toBe(2)
    })

    it('are found by every combination of filters, in both orders, page by page, as a plain reading finds them', async () => {
      const project = fresh('project')
      const zones = ['UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Sydney']
      const places = await Promise.all(zones.map((zone) => addPlace(project, zone)))
      // Around a day on which clocks go back at one minute past midnight, to the day before.
      const start = Date.UTC(2010, 10, 5)
      const all = Array.from({ length: 800 }, () => {
        const place = pick(places)
        return aCapture(place, {
          taken: start + Math.floor(random() * 12 * 288) * 300_000,
          camera: pick(['cm_a', 'cm_b', null]),
          tags: ['common', 'rare'].filter((tag) => random() < (tag === 'common' ? 0.6 : 0.02)),
          flags: flags.filter((_flag, at) => random() < ([0.02, 0.3, 0.1, 0, 0.5, 0.01][at] ?? 0)),
        })
      })
      for (let at = 0; at < all.length; at += 100) await add(...all.slice(at, at + 100))
      const maybe = (chance: number, part: Partial<CaptureFilter>) => (random() < chance ? part : {})
      for (let run = 0; run < 120; run += 1) {
        const from = start + Math.floor(random() * 12) * 86_400_000 + 1_234_000
        const filter: CaptureFilter = {
          project,
          installations: places.filter(() => random() < 0.6).map(({ id }) => id),
          ...maybe(0.2, { camera: pick(['cm_a', 'cm_b', 'cm_none']) }),
          ...maybe(0.3, { from }),
          ...maybe(0.3, { to: from + Math.floor(random() * 5 * 86_400_000) }),
          ...maybe(0.2, { days: [20101106, 20101107, 20101108, 20101112].filter(() => random() < 0.6) }),
          ...maybe(0.3, { minutes: { from: Math.floor(random() * 1440), to: Math.floor(random() * 1440) } }),
          ...maybe(0.2, { hours: [0, 1, 7, 12, 23].filter(() => random() < 0.5) }),
          ...maybe(0.2, { weekdays: [1, 3, 7] }),
          ...maybe(0.3, { tags: pick([['common'], ['rare'], ['common', 'rare'], ['none']]) }),
          ...maybe(0.2, { flags: pick<Flag[]>([['dark'], ['blank'], ['dark', 'view_moved'], ['obstructed']]) }),
          ...maybe(0.2, { notFlags: pick<Flag[]>([['dark'], ['view_moved', 'dark']]) }),
        }
        const every =
          random() < 0.4 ? parseEvery(pick(['15m', '1h', '5h', '1d', '7d', '1d@12:00', '1d@23:30', '1m'])) : undefined
        const order = pick(['asc', 'desc'] as const)
        const limit = pick([1, 7, 50, 2000])
        const read = (page: CapturePage) =>
          every === undefined ? captures().page(filter, page) : captures().thinned(filter, every, page)
        let after: Capture | undefined
        for (let pages = 0; pages < 3; pages += 1) {
          const page: CapturePage = {
            order,
            limit,
            ...(after === undefined ? {} : { after: { taken: after.taken, id: after.id } }),
          }
          const found = await read(page)
          const expected = plainPage(all, filter, every, after === undefined ? page : { ...page, after })
          expect(
            found.map(({ id }) => id),
            JSON.stringify({ filter, every, page }),
          ).toEqual(expected)
          after = found.at(-1)
          if (after === undefined) break
        }
        if (every === undefined && run % 2 === 0) {
          expect(await captures().count(filter), JSON.stringify(filter)).toBe(
            all.filter((capture) => fits(capture, filter)).length,
          )
        }
      }
    }, 120_000)

    it('of many installations are read in the order of the project', async () => {
      const project = fresh('project')
      const places = await Promise.all(Array.from({ length: 15 }, () => addPlace(project)))
      const all = Array.from({ length: 300 }, (_, at) =>
        aCapture(pick(places), {
          taken: Math.floor(random() * 1000) * 3_600_000,
          flags: at % 50 ? [] : ['dark'],
          tags: at % 7 ? [] : ['slab'],
        }),
      )
      await add(...all)
      const installations = places.map(({ id }) => id)
      for (const filter of [
        {},
        { flags: ['dark' as const] },
        { tags: ['slab'], hours: [3, 4, 5] },
        { weekdays: [2] },
      ]) {
        for (const order of ['asc', 'desc'] as const) {
          const page = { order, limit: 5, skip: 2 }
          const wanted = { project, installations, ...filter }
          const found = await captures().page(wanted, page)
          expect(found.map(({ id }) => id)).toEqual(plainPage(all, wanted, undefined, page))
        }
      }
    })

    it('have the latest, and the nearest of which two as near give the earlier', async () => {
      const place = await addPlace(fresh('project'))
      const [early, late] = [aCapture(place, { taken: 1000 }), aCapture(place, { taken: 3000 })]
      await add(late, early)
      expect((await captures().latest(place.id))?.id).toBe(late.id)
      expect((await captures().nearest(place.id, 2000))?.id).toBe(early.id)
      expect((await captures().nearest(place.id, 2001))?.id).toBe(late.id)
      expect((await captures().nearest(place.id, -5))?.id).toBe(early.id)
      expect(await captures().nearest('in_none', 1)).toBeUndefined()
    })
  })
}

/** The same numbers every time. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function sortedOf<Item extends { taken: number; id: string }>(list: readonly Item[], order: 'asc' | 'desc'): Item[] {
  const sign = order === 'asc' ? 1 : -1
  return [...list].sort((a, b) => sign * (a.taken - b.taken || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)))
}

function fits(capture: Capture, filter: CaptureFilter): boolean {
  const { camera, from, to, days, minutes, hours, weekdays, tags = [], flags: has = [], notFlags = [] } = filter
  const inMinutes = (at: number, span: { from: number; to: number }) =>
    span.from <= span.to ? at >= span.from && at <= span.to : at >= span.from || at <= span.to
  return (
    filter.installations.includes(capture.installation) &&
    (camera === undefined || capture.camera === camera) &&
    (from === undefined || capture.taken >= from) &&
    (to === undefined || capture.taken < to) &&
    (days === undefined || days.includes(capture.day)) &&
    (minutes === undefined || inMinutes(capture.minute, minutes)) &&
    (hours === undefined || hours.includes(Math.floor(capture.minute / 60))) &&
    (weekdays === undefined || weekdays.includes(capture.weekday)) &&
    tags.every((tag) => capture.tags.includes(tag)) &&
    has.every((flag) => capture.flags.includes(flag)) &&
    !notFlags.some((flag) => capture.flags.includes(flag))
  )
}

/** By the definition of core/sites/every.ts, photo by photo. */
function thinnedOf(all: readonly Capture[], every: Every): Capture[] {
  const away = ({ minute, taken }: Capture, at: number) => Math.abs((minute - at) * 60_000 + (taken % 60_000))
  const slot = ({ day, minute }: Capture) => {
    if ('at' in every) return day
    if ('days' in every) return Math.floor((dayIndexOf(day) + 3) / every.days)
    return `${day} ${Math.floor(minute / every.minutes)}`
  }
  const before = (a: Capture, b: Capture) =>
    ('at' in every ? away(a, every.at) - away(b, every.at) : a.day - b.day || a.minute - b.minute) ||
    // Of two as far before it the later one, as of those after it the earlier.
    ('at' in every && a.minute < every.at && b.minute < every.at ? -1 : 1) *
      (a.taken - b.taken || (a.id < b.id ? -1 : 1))
  const best = new Map<string, Capture>()
  for (const capture of all) {
    if ('at' in every && away(capture, every.at) > reach * 60_000) continue
    const key = `${capture.installation} ${slot(capture)}`
    const other = best.get(key)
    if (other === undefined || before(capture, other) < 0) best.set(key, capture)
  }
  return [...best.values()]
}

/** What the calendar should have. */
export function recounted(all: readonly Pick<Capture, 'id' | 'day' | 'taken' | 'minute' | 'flags'>[]): CaptureDay[] {
  const numbers = [...new Set(all.map(({ day }) => day))].sort((a, b) => a - b)
  return numbers.map((day) => {
    const own = all.filter((capture) => capture.day === day)
    const sorted = sortedOf(own, 'asc')
    const rank = ({ minute, flags: given }: (typeof own)[number]) =>
      Math.abs(minute - 720) + (given.length > 0 ? 10_000 : 0)
    const cover = [...own].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))[0]
    return { day, count: own.length, first: sorted[0]?.id ?? '', last: sorted.at(-1)?.id ?? '', cover: cover?.id ?? '' }
  })
}
