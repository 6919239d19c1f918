/**
 * Extensions that an upload or an update asks for (media-library-api.md section 5.4): the shapes only. They need models of
 * others; whoever runs them says what became of them.
 */
import { z } from 'zod'
import { flagMember, needs, onlyMembers, storable, textMember } from '../members.ts'

const maxTagCharacters = 500

const wholeNumber = (min: number, max: number) =>
  z.int(needs('a whole number')).min(min, `must be at least ${min}`).max(max, `must be at most ${max}`)

const list = <Item extends z.ZodType>(item: Item, min: number, max: number) =>
  z
    .array(item, needs('an array'))
    .min(min, `must have at least ${min} ${min === 1 ? 'item' : 'items'}`)
    .max(max, `must have at most ${max} items`)

const scalar = z.union(
  [z.string().max(500).refine(storable), z.number(), z.boolean()],
  needs('a text of at most 500 characters, a number, true or false'),
)

const tags = list(
  textMember(1, maxTagCharacters).refine((tag) => !tag.includes('%'), 'must not contain %'),
  1,
  100,
).refine(
  (given) => given.join('').length <= maxTagCharacters,
  `must have at most ${maxTagCharacters} characters together`,
)

const removeBackground = onlyMembers({
  name: z.literal('remove-bg'),
  options: onlyMembers({
    add_shadow: flagMember().optional(),
    semitransparency: flagMember().optional(),
    bg_color: textMember(1, 50).optional(),
    bg_image_url: textMember(1, 2000)
      .refine((url) => URL.canParse(url), 'must be a URL')
      .optional(),
  })
    .refine(
      ({ bg_color, bg_image_url }) => bg_color === undefined || bg_image_url === undefined,
      'must not have both bg_color and bg_image_url',
    )
    .optional(),
})

const autoTagging = <Name extends string>(name: Name) =>
  onlyMembers({ name: z.literal(name), minConfidence: wholeNumber(0, 100), maxTags: wholeNumber(1, 1000) })

const instruction = textMember(1, 2000)
const fieldName = textMember(1, 100)
const selections = {
  min_selections: wholeNumber(0, 100).optional(),
  max_selections: wholeNumber(1, 100).optional(),
}
const selectionsInOrder = ({
  min_selections,
  max_selections,
}: {
  min_selections?: number | undefined
  max_selections?: number | undefined
}) => min_selections === undefined || max_selections === undefined || min_selections <= max_selections
const order = { error: 'must not be more than max_selections', path: ['min_selections'] }

const actions = onlyMembers({
  add_tags: tags.optional(),
  remove_tags: tags.optional(),
  set_metadata: list(
    onlyMembers({
      field: fieldName,
      value: z.union([scalar, z.array(scalar).max(500)], needs('a text, a number, true, false or an array of these')),
    }),
    1,
    100,
  ).optional(),
  unset_metadata: list(onlyMembers({ field: fieldName }), 1, 100).optional(),
}).optional()

const byType = {
  select_tags: onlyMembers({
    type: z.literal('select_tags'),
    instruction,
    // "1..30 strings, 500 chars together, no `%`"
    vocabulary: tags.refine((words) => words.length <= 30, 'must have at most 30 items').optional(),
    ...selections,
  }).refine(selectionsInOrder, order),
  select_metadata: onlyMembers({
    type: z.literal('select_metadata'),
    instruction,
    field: fieldName,
    vocabulary: list(scalar, 1, 30).optional(),
    ...selections,
  }).refine(selectionsInOrder, order),
  yes_no: onlyMembers({
    type: z.literal('yes_no'),
    instruction,
    on_yes: actions,
    on_no: actions,
    on_unknown: actions,
  }),
}

/** The union's branch is chosen by its tag first, so that a refusal names the member at fault and not "no branch fits". */
function tagged<Tag extends string, Branches extends Record<string, z.ZodType>>(tag: Tag, branches: Branches) {
  return z.unknown().transform((given, context): z.output<Branches[keyof Branches]> => {
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
    const value = isObject ? (given as Record<string, unknown>)[tag] : undefined
    const branch = typeof value === 'string' && Object.hasOwn(branches, value) ? branches[value] : undefined
    if (branch === undefined) {
      const message = isObject
        ? `must be one of ${Object.keys(branches).join(', ')}`
        : needs('an object').error({ input: given })
      context.addIssue({ code: 'custom', message, path: isObject ? [tag] : [] })
      return z.NEVER
    }
    const parsed = branch.safeParse(given)
    if (parsed.success) return parsed.data as z.output<Branches[keyof Branches]>
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path })
    return z.NEVER
  })
}

const base = {
  'remove-bg': removeBackground,
  'google-auto-tagging': autoTagging('google-auto-tagging'),
  'aws-auto-tagging': autoTagging('aws-auto-tagging'),
  'ai-auto-description': onlyMembers({ name: z.literal('ai-auto-description') }),
  'ai-tasks': onlyMembers({ name: z.literal('ai-tasks'), tasks: list(tagged('type', byType), 1, 10) }),
}

/** One extension by itself: what a saved one holds. */
export const extensionSchema = tagged('name', base)
export type Extension = z.output<typeof extensionSchema>

/** What an upload or an update may ask for: base extensions and references to saved ones. */
export const extensionsSchema = list(
  tagged('name', {
    ...base,
    'saved-extension': onlyMembers({ name: z.literal('saved-extension'), id: textMember(1, 100) }),
  }),
  1,
  20,
)
export type RequestedExtensions = z.output<typeof extensionsSchema>
