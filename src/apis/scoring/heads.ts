/**
 * `/v2.1/heads`: what an owner's examples teach (ours). A head for labels learns from at least five pictures of each
 * label, one for taste from pairs; once switched on it takes part in every label and score of the account.
 */
import { z } from 'zod'
import { forEachAtOnce } from '../../core/jobs/at-once.ts'
import { needs, textMember } from '../../core/members.ts'
import type { ExampleSource } from '../../core/vision/heads/gather.ts'
import type { LessonRequest } from '../../core/vision/heads/heads.ts'
import { leastExamples, leastPairs, mostExamples } from '../../core/vision/heads/learn.ts'
import type { Head } from '../../core/vision/heads/records.ts'
import { labels } from '../../core/vision/labels.ts'
import type { Call, Context, Endpoint } from './endpoint.ts'
import { closed, parseFields, refusal } from './fields.ts'
import { checkExt, checkSource, imageMembers, sourceOf } from './image-fields.ts'
import { seeSource } from './look.ts'

/** Images that may come with the request itself; files of the library are not counted. */
const mostImages = 50
const atOnce = 4

const picture = checkExt(closed(imageMembers['v2.1']).superRefine(checkSource('v2.1')))
const label = z.enum(labels, `must be one of ${labels.join(', ')}`)

const example = checkExt(
  closed({
    ...imageMembers['v2.1'],
    label,
    folder: textMember(1, 2000).optional(),
    tag: textMember(1, 500).optional(),
  }),
).superRefine(({ label: _label, folder, tag, ...image }, context) => {
  if (folder === undefined && tag === undefined) checkSource('v2.1')(image, context)
  else if ((folder !== undefined && tag !== undefined) || Object.values(image).some((value) => value !== undefined)) {
    context.addIssue({ code: 'custom', message: 'must name one of folder, tag, file-id, image-url and image-base64' })
  }
})

const few = (what: string, least: number) => `must hold ${least} to ${mostExamples} ${what}`

export const newHeadSchema = z.discriminatedUnion(
  'kind',
  [
    closed({
      kind: z.literal('labels'),
      use: z.boolean(needs('true or false')).optional(),
      examples: z
        .array(example, needs('a list'))
        .min(1, few('items', 1))
        .max(mostExamples, few('items', 1))
        .describe(
          `At least two labels, and ${leastExamples} pictures of each; a folder or a tag stands for all its pictures.`,
        ),
    }),
    closed({
      kind: z.literal('taste'),
      use: z.boolean(needs('true or false')).optional(),
      pairs: z
        .array(closed({ better: picture, worse: picture }), needs('a list'))
        .min(leastPairs, few('pairs', leastPairs))
        .max(mostExamples, few('pairs', leastPairs)),
    }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'must have the kind labels or taste' : needs('an object').error(issue),
  },
)

export const headPatchSchema = closed({ active: z.boolean(needs('true or false')) })

const call = (run: Call['run']): Call => ({ clientKey: undefined, cost: 0, buckets: [], run })
const idOf = ({ request }: Context) => String((request.params as Record<string, unknown>).id)
const projectOf = ({ session }: Context) => session.project.id

const create: Endpoint['read'] = (fields) => {
  const body = parseFields(newHeadSchema, fields)
  return call(async (context) => {
    const lesson = await lessonOf(context, body)
    const options = { use: body.use ?? false, signal: context.signal }
    return headObject(await context.api.heads.teach(projectOf(context), lesson, options))
  })
}

const list: Endpoint['read'] = () =>
  call(async (context) => (await context.api.heads.list(projectOf(context))).map(headObject))

const get: Endpoint['read'] = () =>
  call(async (context) => headObject(await context.api.heads.find(projectOf(context), idOf(context))))

const update: Endpoint['read'] = (fields) => {
  const { active } = parseFields(headPatchSchema, fields)
  return call(async (context) => headObject(await context.api.heads.use(projectOf(context), idOf(context), active)))
}

const remove: Endpoint['read'] = () =>
  call(async (context) => {
    await context.api.heads.delete(projectOf(context), idOf(context))
    return undefined
  })

export const headEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v2.1/heads', ofAccount: true, body: 'images', read: create },
  { method: 'GET', path: '/v2.1/heads', ofAccount: true, read: list },
  { method: 'GET', path: '/v2.1/heads/:id', ofAccount: true, read: get },
  { method: 'PUT', path: '/v2.1/heads/:id', ofAccount: true, body: 'small', read: update },
  { method: 'DELETE', path: '/v2.1/heads/:id', ofAccount: true, read: remove },
]

/** Looks at the pictures that came with the request; the library's own are left to it. */
async function lessonOf(context: Context, body: z.output<typeof newHeadSchema>): Promise<LessonRequest> {
  const waiting: (() => Promise<void>)[] = []
  const sourceFor = (fields: z.output<typeof picture>, place: (source: ExampleSource) => void) => {
    const image = sourceOf(fields)
    if ('file' in image) return place({ file: image.file })
    waiting.push(async () => {
      const { sight, key } = await seeSource(context, image)
      place({ seen: sight, picture: key })
    })
  }
  // Filled in while they are looked at.
  const nowhere: ExampleSource = { file: '' }
  const lesson: LessonRequest =
    body.kind === 'labels'
      ? {
          kind: 'labels',
          examples: body.examples.map(({ label, folder, tag, ...image }) => {
            if (folder !== undefined) return { label, source: { folder } }
            if (tag !== undefined) return { label, source: { tag } }
            const taken: { label: typeof label; source: ExampleSource } = { label, source: nowhere }
            sourceFor(image, (source) => {
              taken.source = source
            })
            return taken
          }),
        }
      : {
          kind: 'taste',
          pairs: body.pairs.map((given) => {
            const pair: { better: ExampleSource; worse: ExampleSource } = { better: nowhere, worse: nowhere }
            for (const side of ['better', 'worse'] as const)
              sourceFor(given[side], (source) => {
                pair[side] = source
              })
            return pair
          }),
        }
  if (waiting.length > mostImages) {
    const field = body.kind === 'labels' ? 'examples' : 'pairs'
    const message = `may bring ${mostImages} images; upload the others to the library and name them by file-id, folder or tag`
    throw refusal([{ field, message }])
  }
  await forEachAtOnce(waiting, atOnce, async (look) => {
    context.signal.throwIfAborted()
    await look()
  })
  return lesson
}

function headObject({ id, kind, version, status, message, active, models, shape, metrics, created }: Head) {
  return {
    id,
    kind,
    version,
    status,
    ...(message === null ? {} : { message }),
    active,
    ...(shape?.kind === 'labels' ? { labels: shape.labels } : {}),
    ...(models === null ? {} : { models }),
    ...(metrics === null ? {} : { metrics }),
    created: new Date(created).toISOString(),
  }
}
