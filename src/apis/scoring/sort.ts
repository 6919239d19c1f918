/** `POST /v2.0/sort` (section 7), `/v2.1/sort` with near duplicates behind their group (section 11). */
import { z } from 'zod'
import { needs } from '../../core/members.ts'
import { type SortedItem, type SortItem, type SortOptions, sortItems } from '../../core/vision/sort.ts'
import type { Context, Endpoint, ScoringApi } from './endpoint.ts'
import { anyText, clientKeyMember, closed, numberMember, parseFields, wholeMember } from './fields.ts'
import { copiesAmong } from './near-duplicates.ts'

const mostItems = 1000
const defaultAmount = 3

const label = () => anyText(100)

const preferences = z
  .array(closed({ position: wholeMember(1), label: label() }), needs('a list'))
  .superRefine((list, context) => {
    const positions = new Set(list.map(({ position }) => position))
    if (list.some((_, place) => !positions.has(place + 1))) {
      context.addIssue({ code: 'custom', message: 'must have the positions 1, 2, 3 … each once' })
    }
    if (new Set(list.map((each) => each.label)).size < list.length) {
      context.addIssue({ code: 'custom', message: 'must not have a label twice' })
    }
  })

const members = {
  'client-key': clientKeyMember(),
  data: z
    .array(closed({ identifier: anyText(2000), label: label(), score: numberMember() }), needs('a list'))
    .min(1, `must hold 1 to ${mostItems} items`)
    .max(mostItems, `must hold 1 to ${mostItems} items`),
  preferences: preferences.optional(),
  top: closed({
    amount: wholeMember(0).optional(),
    blacklist: z.array(label(), needs('a list')).optional(),
  }).optional(),
}

export const sortSchemas = {
  'v2.0': closed(members),
  'v2.1': closed({ ...members, 'near-duplicate': z.boolean(needs('true or false')).optional() }),
}

type SortFields = z.output<(typeof sortSchemas)['v2.0']>

const optionsOf = ({ preferences: wanted = [], top = {} }: SortFields): SortOptions => ({
  preferences: wanted.toSorted((one, other) => one.position - other.position).map((each) => each.label),
  amount: top.amount ?? defaultAmount,
  blacklist: top.blacklist ?? [],
})

/** The one place that shapes the answer (section 7.3). */
function answer({ sortResponse }: ScoringApi, { id }: Context['request'], items: readonly SortedItem[]) {
  const data = items.map(({ identifier, label: of, score, top }, place) => ({
    position: place + 1,
    identifier,
    label: of,
    score,
    top,
  }))
  return sortResponse === 'array' ? data : { id, data }
}

const read =
  (version: keyof typeof sortSchemas): Endpoint['read'] =>
  (fields) => {
    const body: SortFields & { 'near-duplicate'?: boolean | undefined } = parseFields(sortSchemas[version], fields)
    const items: SortItem[] = body.data
    return {
      clientKey: body['client-key'],
      cost: 0,
      buckets: ['sort'],
      async run({ api, request, session }) {
        const options = optionsOf(body)
        if (body['near-duplicate'] !== true) return answer(api, request, sortItems(items, options))
        const copiesIn = await copiesAmong(api, session.project, items)
        return answer(api, request, sortItems(items, { ...options, copiesIn }))
      },
    }
  }

export const sortEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v2.0/sort', body: 'large', read: read('v2.0') },
  { method: 'POST', path: '/v2.1/sort', body: 'large', read: read('v2.1') },
]
