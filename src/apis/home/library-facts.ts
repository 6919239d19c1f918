/** The facts in the tables of the Library API's docs page. Words in backticks are shown as code. */

/** Field of an upload, default, meaning. */
export const uploadFields = [
  [
    'file',
    'required',
    'The file as a part; or its http(s) address, a data URI, or base64 as text. Non-images are kept too.',
  ],
  ['fileName', 'required', 'Letters and digits of any script, `.`, `_` and `-` stay; everything else becomes `_`.'],
  ['folder', '`/`', 'Made when it is missing, at most 50 levels deep.'],
  [
    'useUniqueFileName',
    '`true`',
    'Nine characters keep the name apart from every other. `false`: a file of that name gets a new version.',
  ],
  [
    'overwriteFile, overwriteTags, overwriteAITags, overwriteCustomMetadata',
    '`true`',
    'What becomes of the file that is there, and of what it has; for `useUniqueFileName=false`.',
  ],
  ['tags', 'none', 'With commas between them; at most 500 characters together, without `%`.'],
  ['customMetadata', 'none', 'JSON object; its fields must exist as custom fields, and the values must fit.'],
  ['customCoordinates', 'none', 'The part that matters, as `x,y,width,height`.'],
  ['isPrivateFile', '`false`', 'Delivered by signed address only.'],
  ['isPublished', '`true`', '`false`: a draft, not delivered.'],
  ['description', 'none', 'Any text.'],
  ['responseFields', 'none', 'More members of the answer, with commas between them, e.g. `tags,embeddedMetadata`.'],
  ['checks', 'none', 'A query over the upload that must hold, e.g. `"file.size" < "5mb"`; otherwise it is refused.'],
  ['transformation', 'none', 'JSON: `pre` is applied before the file is stored, `post` is prepared afterwards.'],
  ['extensions, webhookUrl', 'none', 'Work on the file, and where its result is told.'],
  [
    'publicKey, token, expire, signature',
    'none',
    'In place of the private key, from a browser: see [Keys](#keys). A token works once.',
  ],
] as const

/** Field, operators, meaning. */
export const searchFields = [
  ['name', '`=` `:` `IN` `NOT =` `NOT IN` `HAS`', '`:` is a prefix, `HAS` looks for words.'],
  ['tags', '`IN` `NOT IN` `HAS` `EXISTS` `NOT EXISTS`', 'Any of the list; AI tags count too.'],
  ['path', '`=` `:` `IN` `NOT =` `NOT IN`', '`=` this folder, `:` it and everything below.'],
  ['type, id, createdBy', '`=` `IN` `NOT =` `NOT IN`', '`type` is `file`, `file-version` or `folder`.'],
  [
    'createdAt, updatedAt',
    '`=` `<` `<=` `>` `>=` `IN` `NOT =` `NOT IN`',
    'A date, a time, or `7d`, `2w`, `3m`, `1y`: that long ago.',
  ],
  ['width, height, size', 'the same', 'Pixels and bytes; a size may be `"2mb"`.'],
  ['format', '`=` `IN`', '`jpg`, `png`, `webp`, `pdf` …'],
  ['private, published, transparency', '`=`', '`true` or `false`, without quotes.'],
  [
    '"customMetadata.<name>"',
    'by its type',
    'Texts like `name`, numbers and dates like `size` and `createdAt`, selections by `IN`.',
  ],
  [
    '"embeddedMetadata.Keywords", "….DateTimeOriginal", "….LocationTaken"',
    '`IN`, dates, `=`',
    'What the camera wrote; a place is `"lat,lon 5km"`.',
  ],
] as const

/** Status, when, what to do. */
export const errors = [
  [
    '400',
    'A parameter is missing or wrong, an id is malformed; `reason` or `errors` tell more.',
    'Mend what `message` names.',
  ],
  ['401', 'No private key.', 'Send it as the user name of HTTP Basic.'],
  [
    '403',
    'The key is not known, has expired or may not do this; the project is disabled, or its storage full.',
    '`message` says which: another key, or ask the operator.',
  ],
  ['404', 'Nothing of this project has that id or path; of a list, `missingFileIds`.', 'Compare it with a list.'],
  ['405', 'The path is right, the verb is not.', 'Use a verb from `Allow`.'],
  ['408', 'The body stopped coming.', 'Send again.'],
  ['409', 'The name is taken, or the same `Idempotency-Key` is being worked on.', 'Another name; or wait and repeat.'],
  ['422', 'An `Idempotency-Key` came with another body than before.', 'A new key for a new request.'],
  ['423', 'A bulk job holds the folder.', 'Ask for the job; repeat when it is done.'],
  ['429', 'Your own rate limit.', 'Wait as long as `Retry-After` says.'],
  ['500', 'A fault of the server.', 'Retry; if it stays, report the request id.'],
  ['503', 'The server is busy or stopping.', 'Wait as long as `Retry-After` says.'],
  ['507', 'The server’s storage is full.', 'Tell the operator; retry later.'],
] as const
