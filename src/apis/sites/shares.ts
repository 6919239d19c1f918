/** `/v1/shares`: links for people without an account (section 10). share-pages.ts shows what they lead to. */
import { z } from 'zod'
import type { Share } from '../../core/sites/share-records.ts'
import { createShare, deleteShare, listShares } from '../../core/sites/shares.ts'
import { variants } from '../../core/sites/variants.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf, flagMember, instant, needs, textMember } from './fields.ts'
import { pageOf, pagingSchema } from './resources.ts'

const origin = textMember(1, 300).refine(
  (text) => /^(\*|https?:\/\/(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?)$/.test(text),
  'must be origins such as https://www.example.com, https://*.example.com or *',
)

const created = z.strictObject({
  installation_id: textMember(1, 100).optional(),
  photo_ids: z
    .array(textMember(1, 100))
    .min(1, 'must have at least one id')
    .max(500, 'must have at most 500 ids')
    .optional(),
  timelapse_id: textMember(1, 100).optional(),
  variant_max: z.enum(variants, `must be one of ${variants.join(', ')}`).default('preview'),
  expires_at: instant().nullable().default(null),
  password: textMember(4, 200).optional(),
  allow_download: flagMember().default(false),
  label: textMember(1, 200).nullable().default(null),
  allowed_origins: z.array(origin, needs('a list of origins')).max(50, 'must have at most 50 origins').default([]),
})

const shareSchema = z
  .object({
    id: z.string(),
    installation_id: z.string().nullable(),
    photo_ids: z.array(z.string()).nullable(),
    timelapse_id: z.string().nullable(),
    variant_max: z.enum(variants),
    expires_at: z.string().nullable(),
    expired: z.boolean(),
    has_password: z.boolean(),
    allow_download: z.boolean(),
    label: z.string().nullable(),
    allowed_origins: z.array(z.string()),
    created_by: z.string(),
    created_at: z.string(),
  })
  .meta({ id: 'Share' })

const shown = (share: Share, now: number): z.output<typeof shareSchema> => ({
  id: share.id,
  installation_id: share.installation,
  photo_ids: share.photos,
  timelapse_id: share.timelapse,
  variant_max: share.variantMax,
  expires_at: share.expires === null ? null : formatInstant(share.expires),
  expired: share.expires !== null && share.expires <= now,
  has_password: share.passwordHash !== null,
  allow_download: share.allowDownload,
  label: share.label,
  allowed_origins: share.allowedOrigins,
  created_by: share.user,
  created_at: formatInstant(share.created),
})

export const shareEndpoints: Endpoint[] = [
  endpoint({
    function: 'shares.create',
    version: 1,
    method: 'POST',
    path: '/shares',
    summary: 'A link for people without an account; its address is told once',
    status: 201,
    body: created,
    answer: { share: shareSchema, url: z.string(), embed_url: z.string(), image_url: z.string() },
    async run({ api, caller, body }) {
      const { share, token } = await createShare(api.deps, caller, {
        installation: body.installation_id,
        photos: body.photo_ids,
        timelapse: body.timelapse_id,
        variantMax: body.variant_max,
        expires: body.expires_at,
        password: body.password,
        allowDownload: body.allow_download,
        label: body.label,
        allowedOrigins: body.allowed_origins,
      })
      const embed = `${caller.origin}/site/embed/${token}`
      return {
        share: shown(share, api.deps.clock.now()),
        url: `${caller.origin}/site/s/${token}`,
        embed_url: embed,
        image_url: `${embed}/latest.jpg`,
      }
    },
  }),
  endpoint({
    function: 'shares.list',
    version: 1,
    method: 'GET',
    path: '/shares',
    summary: 'Your shares, newest first; of everybody in the project for who manages it',
    query: z.strictObject({ cursor: cursor('number', 'string').optional(), limit: count(1, 500).optional() }),
    answer: { shares: z.array(shareSchema), paging: pagingSchema },
    async run({ api, caller, query: { cursor: mark, limit = 100 } }) {
      const after = mark === undefined ? {} : { after: { created: Number(mark[0]), id: String(mark[1]) } }
      const found = await listShares(api.deps, caller, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, (share) => cursorOf([share.created, share.id]))
      return { shares: items.map((share) => shown(share, api.deps.clock.now())), paging }
    },
  }),
  endpoint({
    function: 'shares.delete',
    version: 1,
    method: 'DELETE',
    path: '/shares/:id',
    summary: 'Ends a share at once',
    answer: {},
    async run({ api, caller, path: { id = '' } }) {
      await deleteShare(api.deps, caller, id)
      return {}
    },
  }),
]
