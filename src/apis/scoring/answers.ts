/** What the calls of the Scoring API answer, as schemas: the OpenAPI document shows them, and tests hold answers against them. */
import { z } from 'zod'
import { labels } from '../../core/vision/labels.ts'

const share = z.number().min(0).max(1)
const points = z.number().min(0).max(10)
const id = z.string().min(1).describe('Of this request: also in `X-Request-Id` and in the log.')

export const tokenAnswer = z.strictObject({
  id_token: z.string().describe('For `Authorization: Bearer …`, valid for 24 hours.'),
})

const clientKey = {
  id: z.string().regex(/^ck_/),
  activated: z.boolean(),
  email: z.string(),
  name: z.string(),
}
export const clientKeyAnswer = z.strictObject(clientKey)
export const newClientKeyAnswer = z.strictObject({
  ...clientKey,
  secret: z.string().describe('The `client-key` for requests. It is told here and never again.'),
})

export const scoreAnswer = z.strictObject({
  id,
  score: points.describe('0 to 10, higher is better, four decimals.'),
})

const scoreParts = {
  score: points,
  aspects: z.strictObject({
    technical: points,
    aesthetic: points.nullable().describe('Null: no model that judges it is there.'),
    exposure: points,
    sharpness: points,
    composition: points,
  }),
  reasons: z.array(z.string()).describe('What pulls the score down, the worst first: `too_dark`, `blurred` …'),
  moderation: z
    .strictObject({ flagged: z.boolean(), confidence: share })
    .optional()
    .describe('Whether the picture is unfit for some; only where the operator has switched a moderation model on.'),
}
export const scoreDetailsAnswer = z.strictObject({ id, ...scoreParts })

const labelParts = {
  label: z.enum(labels),
  confidence: share.describe('Of the first of `labels`.'),
  labels: z
    .array(z.strictObject({ id: z.int().min(0).max(22), label: z.enum(labels), confidence: share }))
    .length(labels.length)
    .describe('All labels, the likeliest first.'),
}
export const labelAnswer = z.strictObject({ id, ...labelParts })
export const analyzeAnswer = z.strictObject({ id, ...scoreParts, ...labelParts })

const index = z.int().min(0).describe('Place in `images`, from 0.')
export const batchAnswer = z.strictObject({
  id,
  results: z.array(
    z.union([
      z.strictObject({ index, status: z.literal(200), ...scoreParts, ...labelParts }),
      z.strictObject({
        index,
        status: z.int().min(400),
        message: z.string(),
        code: z.string(),
        detail: z.string(),
      }),
    ]),
  ),
})

export const sortAnswer = z.strictObject({
  id,
  data: z.array(
    z.strictObject({
      position: z.int().min(1),
      identifier: z.string(),
      label: z.string(),
      score: z.number(),
      top: z.boolean().describe('Part of the top, which shows the best image of each of the first labels.'),
    }),
  ),
})

export const headAnswer = z.strictObject({
  id: z.string().regex(/^hd_/),
  kind: z.enum(['labels', 'taste']),
  version: z.int().min(1).describe('From 1 for each kind; part of `X-Model-Version` as `labels-3`.'),
  status: z.enum(['training', 'ready', 'failed']),
  message: z.string().optional().describe('Why it failed.'),
  active: z.boolean(),
  labels: z.array(z.enum(labels)).optional(),
  models: z.array(z.string()).optional().describe('Those that saw its examples; it judges what the same ones saw.'),
  metrics: z
    .union([
      z.strictObject({
        examples: z.partialRecord(z.enum(labels), z.int()),
        folds: z.int(),
        accuracy: share.describe('On examples that it had not seen.'),
        ece: share.describe('Expected calibration error.'),
        confusion: z
          .array(z.array(z.int()))
          .describe('Rows: what it is; columns: what was said; in the order of `labels`.'),
        decay: z.number(),
      }),
      z.strictObject({
        pairs: z.int(),
        pictures: z.int(),
        folds: z.int(),
        accuracy: share.describe('Share of pairs ordered as given, by a head that had not seen them.'),
        decay: z.number(),
      }),
    ])
    .optional(),
  created: z.iso.datetime(),
})

export const problemAnswer = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  message: z.string().regex(/^error\.http\.\d{3}$/),
  code: z.string(),
  path: z.string(),
  id: z.string().optional(),
  fieldErrors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
})
