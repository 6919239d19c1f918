/** Bodies of origins and URL endpoints (media-library-api.md section 12), every type of origin with its own members. */
import { z } from 'zod'
import { baseUrlMember, flagMember, needs, storable, textMember } from '../members.ts'

const name = textMember(1, 100).regex(/^[\p{L}\p{M}\p{N} ]+$/u, 'must have only letters, digits and spaces')

const common = {
  name,
  includeCanonicalHeader: flagMember().default(false),
  baseUrlForCanonicalHeader: z.preprocess((value) => value || undefined, baseUrlMember().optional()),
}

const bucket = textMember(1, 255)
const prefix = z
  .string(needs('a text'))
  .max(1000, 'must have at most 1000 characters')
  .refine(storable, 'must not contain zero bytes or broken characters')
  .default('')
const secret = textMember(1, 10_000)
/** Empty with useIAMRole. */
const bucketKey = z
  .string(needs('a text'))
  .max(10_000, 'must have at most 10000 characters')
  .refine(storable)
  .default('')
const bucketWithRole = {
  bucket,
  prefix,
  accessKey: bucketKey,
  secretKey: bucketKey,
  useIAMRole: flagMember().default(false),
}

interface WithRole {
  accessKey: string
  secretKey: string
  useIAMRole: boolean
}

/** Keys or the role, not both and not neither. */
function checkKeys({ value, issues }: z.core.ParsePayload<WithRole>): void {
  for (const key of ['accessKey', 'secretKey'] as const) {
    const wrong = (value[key] === '') !== value.useIAMRole
    const message = value.useIAMRole ? 'must be empty when useIAMRole is true' : 'is missing (or set useIAMRole)'
    if (wrong) issues.push({ code: 'custom', message, path: [key], input: value[key] })
  }
}

/** Every type; members that it does not have are ignored. */
const types = {
  S3: z.object({ type: z.literal('S3'), ...common, ...bucketWithRole }).check(checkKeys),
  S3_COMPATIBLE: z.object({
    type: z.literal('S3_COMPATIBLE'),
    ...common,
    bucket,
    prefix,
    endpoint: baseUrlMember(),
    s3ForcePathStyle: flagMember().default(false),
    accessKey: secret,
    secretKey: secret,
  }),
  CLOUDINARY_BACKUP: z.object({ type: z.literal('CLOUDINARY_BACKUP'), ...common, ...bucketWithRole }).check(checkKeys),
  WEB_FOLDER: z.object({
    type: z.literal('WEB_FOLDER'),
    ...common,
    baseUrl: baseUrlMember(),
    forwardHostHeaderToOrigin: flagMember().default(false),
  }),
  WEB_PROXY: z.object({ type: z.literal('WEB_PROXY'), ...common }),
  GCS: z.object({
    type: z.literal('GCS'),
    ...common,
    bucket,
    prefix,
    clientEmail: textMember(1, 320),
    privateKey: secret,
  }),
  AZURE_BLOB: z.object({
    type: z.literal('AZURE_BLOB'),
    ...common,
    container: bucket,
    prefix,
    accountName: textMember(1, 255),
    sasToken: secret,
  }),
  AKENEO_PIM: z.object({
    type: z.literal('AKENEO_PIM'),
    ...common,
    baseUrl: baseUrlMember(),
    clientId: secret,
    clientSecret: secret,
    username: secret,
    password: secret,
  }),
}

export type OriginType = keyof typeof types
export type OriginRequest = { [Type in OriginType]: z.output<(typeof types)[Type]> }[OriginType]
export const originTypes = Object.keys(types) as OriginType[]

/** Members that are sealed and never answered. */
export const secretMembers = [
  'accessKey',
  'secretKey',
  'privateKey',
  'sasToken',
  'clientId',
  'clientSecret',
  'username',
  'password',
] as const

/** What an origin of any type has besides its id, type, name and secrets. */
export type OriginSettings = Record<string, string | boolean>

const typeOnly = z.object({
  type: z.enum(originTypes, {
    error: ({ input }) => needs(`one of ${originTypes.join(', ')}`).error({ input }),
  }),
})

/** Every type, for those who describe requests. */
export const originSchema = z.union(Object.values(types))

/** The schema for the type that the body names. */
export function originSchemaOf(body: unknown): z.ZodType<OriginRequest> | typeof typeOnly {
  const parsed = typeOnly.safeParse(body)
  return parsed.success ? types[parsed.data.type] : typeOnly
}

const rewriterTypes = ['CLOUDINARY', 'IMGIX', 'AKAMAI'] as const

const urlRewriterSchema = z
  .object(
    {
      type: z.enum(rewriterTypes, needs(`one of ${rewriterTypes.join(', ')}`)),
      preserveAssetDeliveryTypes: flagMember().default(false),
    },
    needs('an object'),
  )
  .transform(
    ({ type, preserveAssetDeliveryTypes }): UrlRewriter =>
      type === 'CLOUDINARY' ? { type, preserveAssetDeliveryTypes } : { type },
  )

export type UrlRewriter = { type: 'CLOUDINARY'; preserveAssetDeliveryTypes: boolean } | { type: 'IMGIX' | 'AKAMAI' }

export const urlEndpointSchema = z.object({
  description: textMember(1, 500),
  /** Absent: the endpoint keeps the one it has. */
  urlPrefix: textMember(0, 100)
    .regex(/^[A-Za-z0-9-]*$/, 'must have only letters, digits and hyphens')
    .optional(),
  origins: z
    .array(textMember(1, 100), needs('an array'))
    .max(20, 'must have at most 20 ids')
    .refine((ids) => new Set(ids).size === ids.length, 'must not have an id twice')
    .default([]),
  urlRewriter: z.preprocess((value) => value ?? undefined, urlRewriterSchema.optional()),
})

export type UrlEndpointRequest = z.output<typeof urlEndpointSchema>
