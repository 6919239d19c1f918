/** Errors of the Sites API (section 3) as its document tells them. */
import { z } from 'zod'
import type { Ending } from '../../core/sites/deprecations.ts'
import type { Json } from '../../http/openapi.ts'

/** Every refusal. */
export const errorSchema = z
  .object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      message: z.string(),
      field: z.string().optional(),
      request_id: z.string().optional(),
    }),
  })
  .meta({ description: 'Clients must ignore members they do not know.' })

/** By status: the code, when, and an example of its message. */
const errors = {
  400: [
    'invalid_request',
    'A parameter is wrong or unknown, or the body is no JSON; `field` names it',
    'limit must be a whole number from 1 to 500.',
  ],
  401: [
    'unauthorized',
    'No key, another scheme, or a key that is unknown, disabled or deleted',
    'The Authorization header is missing or of another scheme; send "Authorization: apiKey {api_key}".',
  ],
  403: [
    'forbidden',
    'You may see the thing but not do this',
    'This needs the right manage at the installation; you have view. Ask who manages it.',
  ],
  404: ['not_found', 'There is no such thing, or you may not see it', 'There is no such photo, or you may not see it.'],
  409: ['conflict', 'The state of the thing does not allow it', 'There is a camera of this name already.'],
  410: [
    'version_ended',
    'This version of the function has ended',
    'Version 1 of photos.list ended on 2022-01-01T00:00:00Z. Use /site/v2/photos instead.',
  ],
  413: [
    'payload_too_large',
    'The body, or an image in it, is over the limit',
    'The body is larger than 1048576 bytes.',
  ],
  415: ['unsupported_media_type', 'The body is not of a kind that is read here', 'Send the body as application/json.'],
  422: ['unprocessable_photo', 'The image cannot be decoded', 'The image is damaged.'],
  429: [
    'rate_limit',
    'Your calls of this minute or month are used up; `Retry-After` says when more come',
    'API rate limit exceeded. Please try again after Tue, 01 Jun 2021 00:00:00 GMT.',
  ],
  500: [
    'server_error',
    'A fault of the server; `request_id` leads to the line in its log',
    'Something went wrong on the server. Try again; if it stays, report the request id.',
  ],
  503: [
    'unavailable',
    'Stopping, too busy, or its database does not answer; `Retry-After` says when to come back',
    'This server is shutting down; send the request again.',
  ],
} as const satisfies Record<number, readonly [string, string, string]>

type Status = keyof typeof errors

/** `components.responses` of the document. */
export const responses: Record<string, Json> = Object.fromEntries(
  Object.entries(errors).map(([status, [code, description, message]]) => [
    `Error${status}`,
    {
      description,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Error' },
          example: { ok: false, error: { code, message, request_id: '0f6d1c2b3a4958677685a4b3c2d1e0ff' } },
        },
      },
    },
  ]),
)

interface Asked {
  method: string
  path: string
  /** It reads one. */
  hasBody: boolean
}

/** The errors a call may have. */
export function statusesOf({ method, path, hasBody }: Asked, ending: Ending | undefined): Status[] {
  const changes = method !== 'GET'
  const statuses: readonly (Status | false)[] = [
    400,
    401,
    403,
    (path.includes(':') || changes) && 404,
    changes && 409,
    ending !== undefined && 410,
    hasBody && 413,
    hasBody && 415,
    hasBody && path.endsWith('/photos') && 422,
    429,
    500,
    503,
  ]
  return statuses.filter((status) => status !== false)
}
