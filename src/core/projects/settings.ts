/** One JSON document per project, one section per concern. Server-wide values live in the configuration only. */
import { z } from 'zod'
import { transformationText } from '../transformations/named.ts'
import { addressRange, webDomain } from './filters.ts'

export const projectSettingsSchema = z
  .object({
    tasks: z
      .object({
        /** `POST /v1/auth` gives a token for the public key alone (tasks-api.md section 2.2). */
        auth: z.boolean().default(true),
        /** Deadline per file in milliseconds; absent: the server's default. */
        fileDeadlineMs: z.int().positive().optional(),
      })
      .prefault({}),
    /** Who may call at all; each list that is not empty must match (tasks-api.md section 12). */
    filters: z
      .object({
        /** Addresses and CIDRs of clients. */
        ips: z.array(addressRange).max(1000).default([]),
        /** Hosts of web pages; `*.` stands for every subdomain. */
        domains: z.array(webDomain).max(1000).default([]),
      })
      .prefault({}),
    limits: z
      .object({
        /** Files that may be processed in a UTC calendar month; absent: unlimited. Ten times that in credits fits 32 bits. */
        monthlyFiles: z.int().positive().max(200_000_000).optional(),
        /** Bytes that the library may hold, all versions of all assets; absent: unlimited. */
        storageBytes: z.int().nonnegative().optional(),
      })
      .prefault({}),
    library: z
      .object({
        /** For uploads that bring no `transformation` of their own (media-library-api.md section 11); named transformations in them are in use. */
        preTransformation: transformationText.optional(),
        postTransformations: z.array(transformationText).max(10).default([]),
      })
      .prefault({}),
    /** Image URLs (image-urls.md sections 5 and 10). */
    delivery: z
      .object({
        /** Every URL needs a signature. */
        restrictUnsigned: z.boolean().default(false),
        /** Transformations only by name. */
        restrictUnnamed: z.boolean().default(false),
        /** `f-auto` may choose AVIF. */
        avif: z.boolean().default(false),
        /** Without a transformation pictures are optimised. */
        optimise: z.boolean().default(true),
        /** Who may see pictures: no blocked one, and of each list of allowed ones that is not empty one. */
        clients: z
          .object({
            allowedIps: z.array(addressRange).max(1000).default([]),
            blockedIps: z.array(addressRange).max(1000).default([]),
            /** Hosts of the pages that show pictures; `*.` stands for every subdomain. */
            allowedReferrers: z.array(webDomain).max(1000).default([]),
            blockedReferrers: z.array(webDomain).max(1000).default([]),
            /** Parts of the User-Agent, in any case. */
            blockedAgents: z.array(z.string().min(1).max(200)).max(100).default([]),
          })
          .prefault({}),
      })
      .prefault({}),
    scoring: z
      .object({
        /** Pictures are judged when they come into the library. */
        onIngest: z.boolean().default(false),
        /** From which sum of unfit classes on a picture is flagged, where a moderation model runs. */
        moderationThreshold: z.number().min(0).max(1).default(0.7),
      })
      .prefault({}),
    webhooks: z
      .object({
        /** `form` for listeners that read POST variables, such as PHP's (tasks-api.md section 8.6). */
        format: z.enum(['json', 'form']).default('json'),
        /** An endpoint wants library events; kept by core/webhooks/endpoints.ts. */
        libraryEvents: z.boolean().default(false),
      })
      .prefault({}),
  })
  .prefault({})

export type ProjectSettings = z.infer<typeof projectSettingsSchema>
