/** Which picture a request is about: the members of a body that name it (section 4; `file-id` is ours, section 11). */
import { z } from 'zod'
import { needs } from '../../core/members.ts'
import { Base64Text } from './json-body.ts'

/** What a picture is given as. */
export type ImageSource =
  | { url: string }
  /** A long text was decoded on its way; a short one was not. */
  | { base64: Base64Text | string }
  | { file: string }

const extensions = ['png', 'jpg', 'jpeg', 'webp', 'heic', 'avif']
const maxUrl = 2048

const urlMember = z
  .string(needs(`a URL of at most ${maxUrl} characters`))
  .max(maxUrl, `must have at most ${maxUrl} characters`)
  .refine(isPlainUrl, 'must be an http or https URL without user name and password')

const base64Member = z.union([z.instanceof(Base64Text), z.string()], 'must be a text').superRefine((given, context) => {
  const fault = typeof given === 'string' ? undefined : given.fault
  if (fault !== undefined) context.addIssue(base64Faults[fault])
  else if (given === '') context.addIssue(base64Faults.empty)
})

export const base64Faults = {
  alphabet: 'must be Base64: letters of its alphabet, padding and white space only',
  padding: 'must be Base64: it is cut off, or its padding is wrong',
  empty: 'must not be empty',
} as const

const isExtension = (ext: string) => extensions.includes(ext.replace(/^\./, '').toLowerCase())

const fileIdMember = z.string(needs('a text')).regex(/^[0-9a-f]{24}$/, 'must have 24 characters of 0-9 and a-f')

const vendors = {
  'image-url': urlMember.optional(),
  'image-base64': base64Member.optional(),
  ext: z.string(needs('a text')).optional(),
}

/** Members of a picture by version of the API. */
export const imageMembers = {
  'v2.0': vendors,
  'v2.1': { ...vendors, 'file-id': fileIdMember.optional() },
} as const

interface ImageFields {
  'image-url'?: string | undefined
  'image-base64'?: Base64Text | string | undefined
  ext?: string | undefined
  'file-id'?: string | undefined
}

const names = { 'v2.0': 'image-url and image-base64', 'v2.1': 'image-url, image-base64 and file-id' } as const

/** Exactly one picture. */
export function checkSource(version: keyof typeof names) {
  return (fields: ImageFields, context: z.RefinementCtx) => {
    const given = [fields['image-url'], fields['image-base64'], fields['file-id']].filter((each) => each !== undefined)
    if (given.length !== 1) {
      context.addIssue({
        code: 'custom',
        message: `must have exactly one of ${names[version]}`,
        params: { code: 'image_source_ambiguous' },
      })
    }
  }
}

/**
 * `ext` counts beside `image-base64` only: with a URL it is ignored, whatever it says. Looked at also when other members
 * are at fault, so that all of them are named at once.
 */
export function checkExt<Schema extends z.ZodType<ImageFields>>(schema: Schema): Schema {
  return schema.superRefine(
    ({ 'image-base64': base64, ext }, context) => {
      if (base64 === undefined || (ext !== undefined && (typeof ext !== 'string' || isExtension(ext)))) return
      const message = ext === undefined ? 'is required with image-base64' : `must be one of ${extensions.join(', ')}`
      context.addIssue({ code: 'custom', path: ['ext'], message })
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
}

/** Of members that `checkSource` has passed. */
export function sourceOf(fields: ImageFields): ImageSource {
  const { 'image-url': url, 'image-base64': base64, 'file-id': file } = fields
  if (url !== undefined) return { url }
  return base64 === undefined ? { file: file ?? '' } : { base64 }
}

function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
