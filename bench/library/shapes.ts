/** The queries that are measured. `named`: those of goal G12; the others stand for whatever the grammar allows. */
import type { ListRequest } from '../../src/core/assets/list.ts'
import { labels } from '../../src/core/vision/labels.ts'
import { assetId, colour, folderPath, spread, tag, thing } from './assets.ts'

export interface Shape {
  name: string
  /** Must stay under 5 ms and grow less than threefold from 100,000 to a million assets. */
  named: boolean
  /** No index finds its matches: bounded by the time limit of searches instead. */
  unindexed?: true
  /** An id, or a list; another one for each run. */
  ask(run: number, count: number): string | Partial<ListRequest>
}

const newest = { sort: 'CREATED', descending: true, limit: 50 } as const
const search = (searchQuery: string, more: Partial<ListRequest> = {}): Partial<ListRequest> => ({
  ...newest,
  searchQuery,
  ...more,
})
const one = (run: number, count: number) => spread(run, 99, count)

export const shapes: readonly Shape[] = [
  { name: 'get by id', named: true, ask: (run, count) => assetId(one(run, count)) },
  { name: 'folder page', named: true, ask: (run, count) => ({ ...newest, path: folderPath(one(run, count)) }) },
  { name: 'tag', named: true, ask: (run) => search(`tags IN ["${tag(run, 0)}"]`) },
  { name: 'custom field, select', named: true, ask: (run) => search(`"customMetadata.colour" = "${colour(run)}"`) },
  {
    name: 'custom field, number',
    named: true,
    ask: (run) => search(`"customMetadata.rating" = ${spread(run, 20, 501) / 100}`),
  },
  { name: 'full text, one word', named: true, ask: (run) => search(`name HAS "${thing(run)}"`) },
  { name: 'full text, two words', named: true, ask: (run) => search(`name HAS "${colour(run)} ${thing(run + 7)}"`) },
  { name: 'full text, beginning', named: true, ask: (run) => search(`name HAS "${thing(run).slice(0, 3)}"`) },
  { name: 'everything, page 1', named: false, ask: () => newest },
  { name: 'everything, skip half', named: false, ask: (_, count) => ({ ...newest, skip: count / 2 }) },
  { name: 'everything by size', named: false, ask: () => ({ ...newest, sort: 'SIZE' }) },
  { name: 'full page of 1000', named: false, ask: () => ({ ...newest, limit: 1000 }) },
  { name: 'tag by name', named: false, ask: (run) => search(`tags IN ["${tag(run, 0)}"]`, { sort: 'NAME' }) },
  {
    name: 'colour by size',
    named: false,
    ask: (run) => search(`"customMetadata.colour" = "${colour(run)}"`, { sort: 'SIZE' }),
  },
  {
    name: 'tag and colour and wide',
    named: false,
    ask: (run) => search(`tags IN ["${tag(run, 0)}"] AND "customMetadata.colour" = "${colour(run)}" AND width > 3000`),
  },
  { name: 'tag or word', named: false, ask: (run) => search(`tags IN ["${tag(run, 0)}"] OR name HAS "${thing(run)}"`) },
  { name: 'no such tag', named: false, ask: (run) => search(`tags NOT IN ["${tag(run, 0)}"]`) },
  { name: 'range of numbers', named: false, ask: () => search('"customMetadata.rating" > 4.9') },
  { name: 'label', named: false, ask: (run) => search(`label = "${labels[run % labels.length]}"`) },
  { name: 'best scores', named: false, ask: () => ({ ...newest, sort: 'SCORE' }) },
  { name: 'score above', named: false, ask: () => search('score > 9.99', { sort: 'SCORE' }) },
  {
    name: 'label by score',
    named: false,
    ask: (run) => search(`label = "${labels[run % labels.length]}" AND score > 7`, { sort: 'SCORE' }),
  },
  { name: 'large and narrow', named: false, ask: () => search('size > "7mb" AND width < 500') },
  { name: 'private', named: false, ask: () => search('private = true', { sort: 'NAME' }) },
  {
    name: 'circle of 200 km',
    named: false,
    ask: (run) =>
      search(`"embeddedMetadata.LocationTaken" = "${spread(run, 22, 120) - 60},${spread(run, 23, 300) - 150} 200km"`),
  },
  { name: 'subtree', named: false, ask: (run) => search(`path : "/shoots" AND name HAS "${thing(run)}"`) },
  { name: 'relevance', named: false, ask: (run) => search(`name HAS "${thing(run)}"`, { sort: 'RELEVANCE' }) },
  { name: 'part of a name, common', named: false, ask: (run) => search(`name CONTAINS "${thing(run).slice(1)}"`) },
  {
    name: 'part of a name, rare',
    named: false,
    unindexed: true,
    ask: (run, count) => search(`name CONTAINS "${String(one(run, count)).padStart(7, '0').slice(1)}_"`),
  },
  {
    name: 'never together',
    named: false,
    unindexed: true,
    ask: () => search('format = "png" AND transparency = false'),
  },
]
