/** The facts in the tables of the Sites API's docs page. Words in backticks are shown as code. */

/** Status, code, when, what to do. */
export const errors = [
  [
    '400',
    'invalid_request',
    'A parameter, the body or its JSON is wrong or unknown; `field` names it.',
    'Mend what it names.',
  ],
  [
    '401',
    'unauthorized',
    'No key, another scheme, a key that is unknown, disabled or deleted.',
    'Send `Authorization: apiKey` and a key of yours.',
  ],
  ['403', 'forbidden', 'You see the thing, but may not do this with it.', 'Ask who manages the installation.'],
  ['403', 'bad_signature', 'A signed link was changed.', 'Fetch the photo’s URL again.'],
  [
    '404',
    'not_found',
    'No such path; no such thing, or one that you may not see.',
    'Compare it with the docs, or a list.',
  ],
  ['405', 'method_not_allowed', 'The path is right, the verb is not.', 'Use a verb from `Allow`.'],
  [
    '409',
    'conflict',
    'The state does not allow it: a name is taken, a job runs.',
    'Read the message; look at the thing first.',
  ],
  ['410', 'version_ended', 'The time of this version of the function is over.', 'Use the path that the message names.'],
  ['410', 'link_expired', 'A signed link is older than five minutes.', 'Fetch the photo’s URL again.'],
  ['413', 'payload_too_large', 'More than 100 MB, or more than 120 megapixels.', 'Send a smaller photo.'],
  [
    '415',
    'unsupported_media_type',
    'Not JSON where JSON is due; a photo that is not JPEG, PNG, WebP, HEIC, AVIF or TIFF.',
    'Convert the photo; say its `Content-Type`.',
  ],
  ['422', 'unprocessable_photo', 'A photo that cannot be decoded.', 'Send it again whole.'],
  [
    '429',
    'rate_limit',
    'Your calls of this minute or month are used up.',
    'Wait until the date-time in `Retry-After`.',
  ],
  ['500', 'server_error', 'A fault of the server.', 'Retry; if it stays, report the `request_id`.'],
  ['503', 'unavailable', 'The server is busy or stopping.', 'Retry after the seconds in `Retry-After`.'],
] as const

/** Header, meaning. */
export const headers = [
  ['X-Request-Id', 'The `request_id` of an error; the server’s log has it too.'],
  ['X-RateLimit-Limit-Minute, -Month', 'How many calls you have in a clock minute and in a calendar month (UTC).'],
  ['X-RateLimit-Remaining-Minute, -Month', 'How many of them are left.'],
  ['Retry-After', 'With 429 the date-time of the next call that can succeed; with 503 seconds.'],
  [
    'X-Supported-Until',
    'Only on a version that is to end: until then it works. Also as `Deprecation`, `Sunset` and `Link`.',
  ],
] as const

/** Member, pixels, format. */
export const variants = [
  ['thumb_url', 'fits 320 × 320', 'JPEG'],
  ['preview_url', 'fits 1280 × 1280', 'JPEG'],
  ['watermark_url', 'fits 1920 × 1920, with the installation’s overlay; null without one', 'JPEG'],
  ['original_url', 'the bytes as they were sent', 'as it was sent'],
] as const
