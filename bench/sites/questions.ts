/** What is asked of the camera's photos: every filter of section 7.3 with every other, by chance but the same each time. */

import type { Every } from '../../src/core/sites/every.ts'
import { parseEvery } from '../../src/core/sites/every.ts'
import type { CaptureFilter, CapturePage } from '../../src/core/sites/records.ts'
import { dayOfIndex } from '../../src/core/sites/zones.ts'
import { cameras, firstDay, installation, project } from './camera.ts'

export interface Question {
  name: string
  filter: CaptureFilter
  every: Every | undefined
  page: CapturePage
}

const dayMs = 86_400_000
type Part = Partial<CaptureFilter>

const day = (number: number) => dayOfIndex(firstDay / dayMs + number)
const at = (number: number) => firstDay + number * dayMs

/** By parameter; the first choice asks nothing. */
const parameters: Record<string, Record<string, Part>> = {
  camera: {
    '': {},
    'camera=main': { camera: cameras.main },
    'camera=spare': { camera: cameras.spare },
    'camera=unknown': { camera: 'cm_unknown' },
  },
  time: {
    '': {},
    'a year': { from: at(800), to: at(1165) },
    'an hour': { from: at(2000), to: at(2000) + 3_600_000 },
    'before all': { to: at(-5) },
  },
  date: {
    '': {},
    'one date': { days: [day(1503)] },
    '30 dates': { days: Array.from({ length: 30 }, (_, nth) => day(100 + nth * 100)) },
  },
  window: {
    '': {},
    '08:00-16:00': { minutes: { from: 480, to: 960 } },
    '17:00-06:00': { minutes: { from: 1020, to: 360 } },
    '12:01-12:02': { minutes: { from: 721, to: 722 } },
  },
  hour: { '': {}, 'hour=12': { hours: [12] }, 'hour=5,18': { hours: [5, 18] } },
  weekday: { '': {}, 'weekday=1': { weekdays: [1] } },
  tag: {
    '': {},
    'tag=slab': { tags: ['slab'] },
    'tag=rare': { tags: ['rare'] },
    'tag=first half': { tags: ['first half'] },
    'tag=slab+first half': { tags: ['slab', 'first half'] },
    'tag=weekly': { tags: ['weekly'] },
    'tag=none': { tags: ['none'] },
  },
  flag: {
    '': {},
    'flag=dark': { flags: ['dark'] },
    'flag=obstructed': { flags: ['obstructed'] },
    'flag=view_moved': { flags: ['view_moved'] },
    'flag=blank': { flags: ['blank'] },
    'flag=dark+blurred': { flags: ['dark', 'blurred'] },
    'flag=dark+obstructed': { flags: ['dark', 'obstructed'] },
  },
  not_flag: {
    '': {},
    'not_flag=dark': { notFlags: ['dark'] },
    'not_flag=duplicate_view': { notFlags: ['duplicate_view'] },
  },
}

const everies = ['', '15m', '1h', '1d', '1d@12:00', '7d']

const noon = parameters.hour?.['hour=12'] ?? {}

/** Those that are known to be hard. */
const hard: [string, Part, string?][] = [
  ['everything', {}],
  ['flag=dark 08:00-16:00 (never)', { flags: ['dark'], minutes: { from: 480, to: 960 } }],
  ['flag=view_moved', { flags: ['view_moved'] }],
  ['flag=dark+blurred', { flags: ['dark', 'blurred'] }],
  ['flag=dark+obstructed', { flags: ['dark', 'obstructed'] }],
  ['flag=dark not_flag=dark (never)', { flags: ['dark'], notFlags: ['dark'] }],
  ['12:01-12:02 (never)', { minutes: { from: 721, to: 722 } }],
  ['weekday=1 hour=12 tag=slab', { weekdays: [1], ...noon, tags: ['slab'] }],
  ['tag=rare', { tags: ['rare'] }],
  ['tag=first half flag=view_moved', { tags: ['first half'], flags: ['view_moved'] }],
  ['tag=slab+first half hour=12', { tags: ['slab', 'first half'], ...noon }],
  ['tag=weekly+rare', { tags: ['weekly', 'rare'] }],
  ['tag=first half+rare', { tags: ['first half', 'rare'] }],
  ['camera=spare flag=obstructed (never)', { camera: cameras.spare, flags: ['obstructed'] }],
  ['camera=main not_flag=duplicate_view', { camera: cameras.main, notFlags: ['duplicate_view'] }],
  ['every=1d@12:00', {}, '1d@12:00'],
  ['every=1h', {}, '1h'],
  ['every=1d flag=view_moved', { flags: ['view_moved'] }, '1d'],
  ['every=1h flag=blurred weekday=1', { flags: ['blurred'], weekdays: [1] }, '1h'],
  ['every=15m tag=slab hour=12', { tags: ['slab'], ...noon }, '15m'],
  ['every=1d not_flag=duplicate_view', { notFlags: ['duplicate_view'] }, '1d'],
  ['every=1d@12:00 not_flag=duplicate_view', { notFlags: ['duplicate_view'] }, '1d@12:00'],
  ['every=7d not_flag=dark+duplicate_view', { notFlags: ['dark', 'duplicate_view'] }, '7d'],
  ['every=366d flag=dark+obstructed', { flags: ['dark', 'obstructed'] }, '366d'],
  ['every=1d flag=dark not_flag=blurred', { flags: ['dark'], notFlags: ['blurred'] }, '1d'],
  ['every=15m flag=dark+blurred', { flags: ['dark', 'blurred'] }, '15m'],
]

/** Hard ones in both orders and at three depths, then `count` drawn from all combinations. */
export function questions(count: number): Question[] {
  const asked: Question[] = []
  const ask = (name: string, part: Part, every: string, order: 'asc' | 'desc', depth: number, limit: number) => {
    const after = depth === 0 ? {} : { after: { taken: at(order === 'asc' ? depth : 3650 - depth), id: 'ph_' } }
    asked.push({
      name: `${name}${every && !name.includes('every') ? ` every=${every}` : ''}, ${order}, ${depth === 0 ? 'first' : depth < 3000 ? 'middle' : 'last'}, ${limit}`,
      filter: { project, installations: [installation], ...part },
      every: every === '' ? undefined : parseEvery(every),
      page: { order, limit: limit + 1, ...after },
    })
  }
  for (const [name, part, every = ''] of hard) {
    for (const order of ['asc', 'desc'] as const) {
      for (const depth of [0, 1800, 3600]) ask(name, part, every, order, depth, depth === 1800 ? 500 : 100)
    }
  }
  let state = 42
  const draw = <Item>(items: readonly Item[]): Item => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return items[Math.floor((state / 2 ** 32) * items.length)] as Item
  }
  while (asked.length < count + hard.length * 6) {
    const chosen = Object.values(parameters).map((choices) => (draw([0, 1]) === 0 ? '' : draw(Object.keys(choices))))
    const parts = Object.values(parameters).map((choices, nth) => choices[chosen[nth] ?? ''] ?? {})
    const every = draw([0, 0, 1]) === 0 ? '' : draw(everies)
    const name = chosen.filter(Boolean).join(' ') || 'nothing'
    ask(
      name,
      Object.assign({}, ...parts),
      every,
      draw(['asc', 'desc']),
      draw([0, 0, 1800, 3600]),
      draw([100, 100, 500]),
    )
  }
  return asked
}
