/** One JSON document per project, one section per API module. Server-wide values live in the configuration only. */
import { z } from 'zod'

export const projectSettingsSchema = z
  .object({
    tasks: z
      .object({
        /** `POST /v1/auth` gives a token for the public key alone (tasks-api.md section 2.2). */
        auth: z.boolean().default(true),
        /** Deadline per file in milliseconds; absent: the server's default. */
        fileDeadlineMs: z.number().int().positive().optional(),
      })
      .prefault({}),
    webhooks: z
      .object({
        /** `form` for listeners that read POST variables, such as PHP's (tasks-api.md section 8.6). */
        format: z.enum(['json', 'form']).default('json'),
      })
      .prefault({}),
  })
  .prefault({})

export type ProjectSettings = z.infer<typeof projectSettingsSchema>
