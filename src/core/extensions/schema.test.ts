import { describe, expect, it } from 'vitest'
import { extensionSchema, extensionsSchema } from './schema.ts'

/** `path message` of the first fault; undefined: accepted. */
function faultOf(given: unknown): string | undefined {
  const { error } = extensionsSchema.safeParse(given)
  const [issue] = error?.issues ?? []
  return issue && `${issue.path.join('.')} ${issue.message}`
}
const task = { type: 'select_tags', instruction: 'What is worn?' }
const tasks = (...given: unknown[]) => [{ name: 'ai-tasks', tasks: given }]

describe('extensions (section 5.4)', () => {
  it.each([
    [{ name: 'remove-bg' }],
    [{ name: 'remove-bg', options: { add_shadow: true, semitransparency: false, bg_color: '81d4fa' } }],
    [{ name: 'google-auto-tagging', minConfidence: 80, maxTags: 10 }],
    [{ name: 'aws-auto-tagging', minConfidence: 0, maxTags: 1 }],
    [{ name: 'ai-auto-description' }],
    [{ name: 'saved-extension', id: 'abc' }],
    [
      {
        name: 'ai-tasks',
        tasks: [
          { ...task, vocabulary: ['shirt', 'dress'], min_selections: 0, max_selections: 3 },
          { type: 'select_metadata', instruction: 'Price?', field: 'price', vocabulary: [1, 'b', true] },
          {
            type: 'yes_no',
            instruction: 'Is it red?',
            on_yes: { add_tags: ['red'], set_metadata: [{ field: 'colour', value: ['red', 1] }] },
            on_no: { remove_tags: ['red'], unset_metadata: [{ field: 'colour' }] },
          },
        ],
      },
    ],
  ])('%j is accepted as it is', (given) => {
    expect(extensionsSchema.parse([given])).toEqual([given])
  })

  it.each([
    ['x', ' must be an array'],
    [[], ' must have at least 1 item'],
    [['remove-bg'], '0 must be an object'],
    [[{ name: 'paint' }], '0.name must be one of remove-bg, google-auto-tagging'],
    [[{}], '0.name must be one of'],
    [
      [{ name: 'remove-bg', options: { bg_color: 'red', bg_image_url: 'https://a.example/b' } }],
      '0.options must not have both',
    ],
    [[{ name: 'remove-bg', options: { shadow: true } }], '0.options must not have the member "shadow"'],
    [[{ name: 'google-auto-tagging', maxTags: 5 }], '0.minConfidence is missing'],
    [[{ name: 'google-auto-tagging', maxTags: 5, minConfidence: 1.5 }], '0.minConfidence must be a whole number'],
    [[{ name: 'google-auto-tagging', maxTags: 5, minConfidence: 101 }], '0.minConfidence must be at most 100'],
    [tasks(), '0.tasks must have at least 1 item'],
    [tasks(...Array(11).fill(task)), '0.tasks must have at most 10 items'],
    [tasks({ ...task, type: 'paint' }), '0.tasks.0.type must be one of select_tags, select_metadata, yes_no'],
    [tasks({ ...task, instruction: 'x'.repeat(2001) }), '0.tasks.0.instruction must have at most 2000 characters'],
    [tasks({ type: 'select_tags' }), '0.tasks.0.instruction is missing'],
    [tasks({ ...task, vocabulary: ['50%'] }), '0.tasks.0.vocabulary.0 must not contain %'],
    [tasks({ ...task, vocabulary: Array(31).fill('a') }), '0.tasks.0.vocabulary must have at most 30 items'],
    [
      tasks({ ...task, vocabulary: ['x'.repeat(300), 'y'.repeat(201)] }),
      '0.tasks.0.vocabulary must have at most 500 characters together',
    ],
    [
      tasks({ ...task, min_selections: 3, max_selections: 2 }),
      '0.tasks.0.min_selections must not be more than max_selections',
    ],
    [tasks({ type: 'select_metadata', instruction: 'a' }), '0.tasks.0.field is missing'],
    [
      tasks({ type: 'yes_no', instruction: 'a', on_yes: { add: 1 } }),
      '0.tasks.0.on_yes must not have the member "add"',
    ],
    [
      tasks({ type: 'yes_no', instruction: 'a', on_yes: { set_metadata: [{ field: 'a', value: {} }] } }),
      '0.tasks.0.on_yes.set_metadata.0.value must be a text',
    ],
  ])('%j is refused', (given, fault) => {
    expect(faultOf(given)?.slice(0, fault.length)).toBe(fault)
  })

  it('a saved one is a base extension', () => {
    expect(extensionSchema.safeParse({ name: 'saved-extension', id: 'a' }).success).toBe(false)
    expect(extensionSchema.safeParse({ name: 'ai-auto-description' }).success).toBe(true)
  })
})
