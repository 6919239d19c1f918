/** The facts in the tables of the Scoring API's docs page. Words in backticks are shown as code. */

/** Status, when, what to do. */
export const errors = [
  ['400', 'The body, a field of it or the image is wrong; `fieldErrors` names each field.', 'Mend what it names.'],
  [
    '401',
    'No, an expired or a wrong session token; wrong sign-in; a client-key that is unknown or cut off.',
    'Sign in again; send the whole client-key.',
  ],
  ['402', 'The account’s credits do not cover the call.', 'Ask the operator for more.'],
  [
    '403',
    'The client-key is switched off or another account’s; the account is suspended.',
    'Switch it on, or use another one.',
  ],
  [
    '404',
    'No such path or version, client-key or file; the address of the image has none.',
    'Compare it with the docs, or a list.',
  ],
  ['405', 'The path is right, the verb is not.', 'Use a verb from `Allow`.'],
  ['408', 'The image did not come in time, or its server is busy.', 'Retry.'],
  ['411', 'The server of the image does not say how large it is.', 'Send the image as Base64, or use another server.'],
  ['413', 'Body or image of more than 20 MiB, more than 120 megapixels.', 'Send a smaller image.'],
  ['415', 'The body is no JSON, or the bytes are none of PNG, JPEG, WebP, HEIC, AVIF.', 'Convert the image.'],
  ['429', 'Over the rate of this client-key and resource.', 'Wait as long as `Retry-After` says.'],
  ['500', 'A fault of the server.', 'Retry; if it stays, report the `id`.'],
  ['502', 'Models are missing or being loaded.', 'Retry after `Retry-After`.'],
  ['503', 'The server is busy or stopping.', 'Retry after `Retry-After`.'],
  ['504', 'Not done within 9 seconds; the work was cancelled.', 'Retry, with a smaller image if it stays.'],
] as const

/** Id, label, what it covers. */
export const labelRows = [
  ['0', 'bathroom', 'Bathroom or toilet'],
  ['1', 'bedroom', 'Bedroom'],
  ['2', 'cert', 'Energy certificate, as a document'],
  ['3', 'commonzones', 'Shared areas of a building: reception, hall, corridor, stairs'],
  ['4', 'construction', 'Dwelling or room being built'],
  ['5', 'details', 'Close-up of objects'],
  ['6', 'emptyroom', 'Empty room'],
  ['7', 'facade', 'Facade'],
  ['8', 'kitchen', 'Kitchen'],
  ['9', 'leisure', 'Gym, playground and the like'],
  ['10', 'livingroom', 'Living room or lounge'],
  ['11', 'map', 'Picture of a map'],
  ['12', 'office', 'Office or study'],
  ['13', 'outdoors', 'Outdoor area, garden'],
  ['14', 'parking', 'Parking'],
  ['15', 'plan', 'Floor plan'],
  ['16', 'pool', 'Swimming pool'],
  ['17', 'storage', 'Pantry, storeroom'],
  ['18', 'terrace', 'Terrace'],
  ['19', 'business', 'Café, restaurant, hairdresser, shop'],
  ['20', 'corridor', 'Corridor inside a dwelling'],
  ['21', 'seaviews', 'Sea view'],
  ['22', 'unknown', 'None of the others, or not certain enough'],
] as const

/** Header, meaning. */
export const headers = [
  ['X-Request-Id', 'The `id` of the answer; the server’s log has it too.'],
  ['X-Model-Version', 'Which rules and models made the number: compare only numbers of one version.'],
  [
    'X-RateLimit-Limit, -Remaining, -Reset',
    'Calls per second of this bucket, how many are left now, and seconds until one is free.',
  ],
  ['Retry-After', 'With 429, 502 and 503: seconds, at least 1.'],
  ['X-Credits-Remaining', 'On scores and labels of accounts with a balance.'],
] as const

/** Call of 2.1, what it adds. */
export const extensions = [
  [
    '/v2.1/score',
    '`aspects` (technical, aesthetic, exposure, sharpness, composition) and `reasons` such as `too_dark`.',
  ],
  ['/v2.1/analyze', 'Score and label at once: one decode, a place in the rate of both, two credits.'],
  [
    '/v2.1/batch',
    'Up to 50 images in `images`; each has its own outcome under its `index`, and costs two credits when it is done.',
  ],
  [
    '/v2.1/sort',
    '`near-duplicate: true`: items whose identifier is a file of the library stand behind their label when a better one shows the same.',
  ],
  ['file-id', 'In every call of 2.1 with an image: a file of the account’s library, in place of a URL or Base64.'],
] as const
