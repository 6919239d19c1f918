/** The member `watermark` of installations (section 6.3), as it is written. */
import { z } from 'zod'
import type { Watermark } from '../../core/sites/records.ts'
import { gravities } from '../../core/sites/watermark.ts'
import { needs, textMember } from './fields.ts'

const share = (min: number, max: number) =>
  z.number(needs('a number')).min(min, `must be from ${min} to ${max}`).max(max, `must be from ${min} to ${max}`)

/** One picture or one text; a date stamp may stand alone. Null: none. */
export const watermarkMember = z
  .strictObject({
    image_file_id: textMember(1, 100).optional(),
    text: textMember(1, 200).optional(),
    gravity: z
      .string(needs('a text'))
      .transform((text) => text.toLowerCase().replaceAll(/[\s_-]/g, ''))
      .pipe(z.enum(gravities, `must be one of ${gravities.join(', ')}`))
      .default('southeast'),
    opacity: share(0, 1).default(0.6),
    scale: share(0.02, 1).default(0.2),
    margin: share(0, 0.2).default(0.02),
    date_stamp: z.boolean(needs('true or false')).default(false),
  })
  .superRefine(({ image_file_id: image, text, date_stamp: stamp }, context) => {
    if (image !== undefined && text !== undefined) context.addIssue('has both image_file_id and text; send one of them')
    if (image === undefined && text === undefined && !stamp) {
      context.addIssue('needs image_file_id or text (or date_stamp alone)')
    }
  })
  .nullable() satisfies z.ZodType<Watermark | null>
