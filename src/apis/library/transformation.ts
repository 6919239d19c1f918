/** `transformation` of an upload (media-library-api.md section 5.3). */
import { z } from 'zod'
import type { Content } from '../../core/assets/content.ts'
import { invalid } from '../../core/errors.ts'
import { needs, onlyMembers, textMember } from '../../core/members.ts'
import type { ProjectSettings } from '../../core/projects/settings.ts'
import { parseTransformation } from '../../core/transformations/language/parse.ts'

const value = textMember(1, 4000)

const post = z.discriminatedUnion(
  'type',
  [
    onlyMembers({ type: z.literal('transformation'), value }),
    onlyMembers({ type: z.literal('gif-to-video'), value: value.optional() }),
    onlyMembers({ type: z.literal('thumbnail'), value: value.optional() }),
    onlyMembers({ type: z.literal('abs'), value, protocol: z.enum(['hls', 'dash'], 'must be hls or dash') }),
  ],
  'must be transformation, gif-to-video, thumbnail or abs',
)

export const transformationSchema = onlyMembers({
  pre: value.optional(),
  post: z.array(post, needs('an array')).min(1, 'must not be empty').max(5, 'must have at most 5 items').optional(),
}).refine((given) => given.pre !== undefined || given.post !== undefined, 'must have pre or post')

export type PostTransformation = z.output<typeof post>

/** Named transformations inside are looked up when they are used. @throws DomainError invalid: what the language has not */
export function readTransformation({ pre, post = [] }: z.output<typeof transformationSchema>) {
  const check = (text: string, param: string) => parseTransformation(text, { param, names: true })
  if (pre !== undefined) check(pre, 'transformation.pre')
  for (const [index, item] of post.entries()) {
    if (item.type === 'transformation') check(item.value, `transformation.post[${index}].value`)
  }
  return { pre, post }
}

export type Transformations = ReturnType<typeof readTransformation>

/** For an upload without a `transformation` of its own: what the project's settings want, as far as it goes with the file. */
export function projectTransformation(
  { preTransformation: pre, postTransformations }: ProjectSettings['library'],
  content: Content,
): Transformations {
  return {
    pre: takesPre(content) ? pre : undefined,
    post: postTransformations
      .map((value) => ({ type: 'transformation' as const, value }))
      .filter(({ type }) => takesPost(type, content)),
  }
}

const takesPre = ({ kind, width, format }: Content) => kind === 'image' && width !== null && format !== 'svg'

function takesPost(type: PostTransformation['type'], { kind, format, mime }: Content): boolean {
  const video = mime.startsWith('video/')
  if (type === 'transformation') return kind === 'image' || video
  return type === 'gif-to-video' ? format === 'gif' : video
}

/** @throws DomainError invalid: not for what this file turned out to be */
export function checkTransformable({ pre, post }: Transformations, content: Content): void {
  if (pre !== undefined && !takesPre(content)) {
    throw invalid(
      'transformation.pre',
      `Your request contains transformation.pre, which is not supported for this type of file (${content.mime}).`,
    )
  }
  for (const [index, { type }] of post.entries()) {
    if (!takesPost(type, content)) {
      const param = `transformation.post[${index}]`
      throw invalid(param, `Your request contains ${param} of type ${type}, which does not go with ${content.mime}.`)
    }
  }
}
