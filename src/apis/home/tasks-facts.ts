/** The facts in the tables of the Tasks API's docs page. Words in backticks are shown as code. */

/** Call, what it does. */
export const endpoints = [
  ['POST /v1/auth', 'A token for `public_key`.'],
  ['GET /v1/start/{tool}', 'Starts a task; a region may follow the tool and is ignored.'],
  [
    'POST /v1/upload',
    'One file as multipart `file`, or an address as `cloud_file` (with `cloud_token` for a protected one). Chunks: `chunk` from 0, `chunks`, and the same file name.',
  ],
  ['DELETE /v1/upload/{task}/{server_filename}', 'Takes an upload back.'],
  ['POST /v1/process', 'Does the work and answers when it is done; with `webhook`, answers at once.'],
  ['GET /v1/download/{task}', 'The result: the file, or a ZIP of several. HEAD and ranges work.'],
  ['GET /v1/task/{task}', 'State of a task and of its files.'],
  [
    'POST /v1/task',
    'Tasks, newest first, 50 a `page`; needs `secret_key`. Filters: `tool`, `status`, `custom_int`, `custom_string`.',
  ],
  ['POST /v1/task/next', 'A new task whose uploads are the results of `task`, for the tool `tool`.'],
  ['DELETE /v1/task/{task}', 'Deletes the task and all its files now; a running one is stopped.'],
  ['GET /v1/info', 'Files and credits left.'],
] as const

/** Tool, short name, what it does. */
export const tools = [
  ['resizeimage', 'resize', 'New size in pixels or percent.'],
  ['cropimage', 'crop', 'Cuts a rectangle out.'],
  ['compressimage', 'compress', 'Fewer bytes at the same size in pixels; never more than before.'],
  ['convertimage', 'convert', 'Other format: jpg, png, gif, webp, avif, or an animation of several images.'],
  ['rotateimage', 'rotate', 'Quarter turns, per file by `files[].rotate`.'],
  ['watermarkimage', 'watermark', 'Texts and pictures on top, placed and turned.'],
  ['repairimage', 'repair', 'Saves what can be saved of damaged files, and says what was wrong.'],
  ['upscaleimage', 'upscale', 'Two or four times as wide and as high.'],
  ['removebackgroundimage', 'removebackground', 'Cuts the subject out; the result is a png.'],
] as const

type Rows = readonly (readonly [string, string, string])[]

/** Name, default, meaning. */
export const commonParameters: Rows = [
  ['task', 'required', 'From start.'],
  ['tool', 'the started one', 'Must be the tool the task was started for.'],
  [
    'files[]',
    'required',
    '`server_filename` of an upload, `filename` for the result’s name, `rotate` 0, 90, 180 or 270 clockwise before the tool, `password` of a protected PDF. Their order is the order of the results.',
  ],
  [
    'output_filename',
    'the input’s name',
    'Name of each result; `{filename}`, `{n}`, `{date}`, `{tool}` are filled in.',
  ],
  ['packaged_filename', '`output`', 'Name of the ZIP, same placeholders.'],
  ['ignore_errors', '`true`', 'Files that fail do not stop the others; if all fail, the task fails.'],
  [
    'try_image_repair',
    '`true`',
    'A damaged file is repaired first; its `message` says what was wrong and how many of its rows were saved.',
  ],
  [
    'webhook',
    'absent',
    'Answer at once and work in the background; the finished task is posted to this address. Empty: no callback, ask for the state.',
  ],
  [
    'file_encryption_key',
    'the token’s',
    'Key of encrypted files when the token does not carry it; given only here, the uploads stay as they are and the results are encrypted.',
  ],
  ['custom_int, custom_string', 'none', 'Kept with the task; the list can filter by them.'],
  ['debug', '`false`', 'On every call: answers what was received, with secrets masked, and does nothing.'],
]

/** Tool, remark, parameters. */
export const toolParameters: readonly (readonly [string, string, Rows])[] = [
  [
    'resizeimage',
    'With both sides and the ratio kept, the image fits inside the box; with one side the other follows.',
    [
      ['resize_mode', '`pixels`', '`pixels` or `percentage`.'],
      ['pixels_width, pixels_height', 'one of them', 'Sides in pixels.'],
      ['percentage', 'none', 'Percent of the original size.'],
      ['maintain_ratio', '`true`', 'Keep the ratio of the sides.'],
      ['no_enlarge_if_smaller', '`true`', 'Never larger than the original.'],
    ],
  ],
  [
    'cropimage',
    'What lies beyond the image is left out; a corner outside of it fails the file with `OutOfRange`.',
    [
      ['width, height', 'required', 'Size of the rectangle in pixels.'],
      ['x, y', '`0`', 'Its upper left corner.'],
    ],
  ],
  [
    'compressimage',
    'The size in pixels stays. If the result would be larger, the input comes back and the `message` of that file says so.',
    [
      [
        'compression_level',
        '`recommended`',
        '`low` looks the same, `recommended` is hard to tell apart, `extreme` shows on a close look; each is at most as large as the one before.',
      ],
    ],
  ],
  [
    'convertimage',
    'From every format that is read: also HEIC, BMP, ICO, PSD, TGA, JPEG 2000, JPEG XL, PPM, QOI, EXR, camera RAW, and PDF with an image per page. Transparency becomes white in jpg. Animated inputs stay animated as gif and webp; jpg, png and avif take the first frame.',
    [
      ['to (convert_to)', '`jpg`', '`jpg`, `png`, `gif`, `gif_animation`, `webp` or `avif`.'],
      ['gif_time', '`50`', 'Hundredths of a second per frame of a `gif_animation`.'],
      ['gif_loop', '`true`', 'Endless; `false` plays once.'],
    ],
  ],
  ['rotateimage', 'Uses `files[].rotate` alone. A JPEG in whole blocks is turned without loss.', []],
  ['upscaleimage', 'Both sides are exactly so many times as long; the format stays.', [['multiplier', '2', '2 or 4.']]],
  [
    'removebackgroundimage',
    'No parameters. Without a model of the operator’s it goes by what stands out, by colours and edges: best on one subject before a calm background.',
    [],
  ],
  [
    'repairimage',
    'Takes no parameters. The result keeps the format, and the coded picture data where that is sound; a file with nothing wrong comes back unchanged. `message` of the file says what was found.',
    [],
  ],
  [
    'watermarkimage',
    'At least one element, each with:',
    [
      ['elements[].type', '`text`', '`text` or `image`.'],
      ['elements[].text', 'required for text', 'The words; line breaks count.'],
      [
        'elements[].image',
        'required for image',
        'The `server_filename` of a jpg or png of this task; it need not be in `files`.',
      ],
      [
        'elements[].gravity',
        '`Center`',
        '`North`, `NorthEast`, `NorthWest`, `Center`, `East` (`CenterEast`), `West` (`CenterWest`), `South`, `SouthEast`, `SouthWest`.',
      ],
      [
        'elements[].vertical_adjustment_percent, horizontal_adjustment_percent',
        '`0`',
        'Shift in percent of the image, −100 to 100; inward from the edge, down and right from the centre.',
      ],
      ['elements[].width_percent, height_percent', 'natural size', 'Size of the stamp in percent of the image.'],
      ['elements[].vertical_adjustment, horizontal_adjustment', '`0`', 'The same in pixels, added to the percents.'],
      [
        'elements[].x_pos_percent, y_pos_percent',
        'unused',
        'Distance from the left and upper edge in percent of the image, instead of the gravity.',
      ],
      ['elements[].rotation', '`0`', 'Degrees clockwise, 0 to 360.'],
      ['elements[].transparency', '`100`', 'Opacity in percent, 1 to 100, in spite of its name.'],
      ['elements[].mosaic', '`false`', 'Nine stamps in a grid in place of one.'],
      [
        'elements[].font_family',
        '`Arial`',
        '`Arial`, `Arial Unicode MS`, `Verdana`, `Courier`, `Times New Roman`, `Comic Sans MS`, `WenQuanYi Zen Hei`, `Lohit Marathi` or `Lohit Devanagari`, drawn with free fonts of the same widths where there are such. Every family writes Latin, Greek, Cyrillic, Arabic, Devanagari, Chinese, Japanese and Korean.',
      ],
      ['elements[].font_style', 'none', '`Bold`, `Italic` or `Bold Italic`.'],
      ['elements[].font_size', '`14`', 'Pixels.'],
      ['elements[].font_color', '`#000000`', '`#RRGGBB` or `#RGB`.'],
      ['elements[].color_shadow', 'none', 'Colour of a soft shadow.'],
      [
        'elements[].border',
        'none',
        'An outline of 1 to 50 pixels, white around dark letters, black around light ones.',
      ],
    ],
  ],
]

export const encryptionRules = [
  'Put `file_encryption_key`, a text of 16, 24 or 32 ASCII characters, into your tokens as a claim. Every upload, chunk and result is then stored encrypted (AES-128, AES-192 or AES-256), and downloads come decrypted. Make the key at random, once per task or per customer: it is all that protects the files.',
  'The same key for a whole task: another one, none, or plain and encrypted files mixed are refused with 400 at upload, process, download and connect. After a refused process the task waits on. A connected task uses its parent’s key. State, list and delete need none.',
  'The server keeps no copy of the key, only a salted value to compare with: who loses the key has lost the files.',
  'Given as a parameter of `/v1/process` instead, it cannot encrypt what has been uploaded before: those files are read as plain, the results are stored encrypted, and download and connect need it in the token.',
  'With `webhook` the work is done by the server that took the request, from memory. If it is restarted meanwhile, the task ends as `TaskError`; a request without `webhook` finds its task waiting again, with its files.',
] as const

export const metadataRules = [
  'The EXIF orientation is applied first: sizes, crop areas and watermarks count on the upright image, and the result stands upright without a tag.',
  'Results carry no EXIF, GPS position, XMP, IPTC or embedded thumbnail: what a camera or an editor wrote stays in your original.',
  'Colours become 8-bit sRGB by the embedded profile, so that results look the same everywhere; CMYK too. Grey stays grey in jpg, png and tiff, and a 16-bit png or tiff keeps its 16 bits while only its geometry changes.',
  'Compress with `low` keeps the colour profile and the original colour numbers with it.',
  'If compressing would give a larger file, the input itself comes back, byte for byte, with everything in it.',
] as const

export const webhookRules = [
  'The body is what the task was when it ended: it comes even when the task is deleted meanwhile, and every try sends the same bytes under the same `webhook-id`.',
  'Any 2xx within 15 s is success; redirects are not followed. Anything else is tried again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours, a fifth more or less; `Retry-After` makes a wait longer, up to an hour.',
  'The same event may come twice, and events may overtake each other: go by `webhook-id` and `task`.',
  '410 ends it: nothing is sent to that address any more until the operator enables it again.',
  'Only public addresses are reached, and none with a user name or password; a token may stand in the query, which is never logged.',
  'The body is JSON. A project can switch to form fields, which PHP finds in `$_POST`: `imagestead projects set ID --webhook-format form`; lists then have brackets, `files[0][status]`, and `data` is left out.',
  'With an empty `webhook` there is no callback: ask `GET /v1/task/{task}`.',
] as const

/** Header, content. */
export const webhookHeaders = [
  ['webhook-id', 'Names the event; the same in every try and replay.'],
  ['webhook-timestamp', 'Seconds since 1970, of this try; refuse what is more than five minutes off.'],
  [
    'webhook-signature',
    '`v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`; several, parted by blanks, while the secret is being replaced.',
  ],
] as const

/** Status, type, when, what to do. */
export const errors = [
  ['400', 'StartError', 'Unknown tool, or one that is not there yet.', 'Choose one of the tools above.'],
  [
    '400',
    'StartError, ProcessingError',
    'The files of the month are used up, or fewer are left than the request names.',
    'Name fewer files, wait for the next month, or ask the operator for more.',
  ],
  [
    '400',
    'UploadError',
    'As many tasks with uploads are open as the monthly files allow.',
    'Process or delete tasks, then upload again.',
  ],
  [
    '400',
    'UploadError',
    'Missing task or file, a missing chunk, an address that cannot be fetched, another `file_encryption_key` than the task’s.',
    'Mend what `param` names.',
  ],
  [
    '400',
    'ProcessingError',
    'A wrong parameter (the task keeps waiting), or files failed (see below).',
    'Mend what `param` names, or leave the named files out.',
  ],
  [
    '400',
    'DownloadError',
    'Not processed yet, failed, deleted or expired; encrypted with another `file_encryption_key`.',
    'Ask `GET /v1/task/{task}` for the state.',
  ],
  [
    '401',
    'HTTP Error',
    'No token, one that is wrong or expired, or a wrong `secret_key`.',
    'Make a new token with the right keys.',
  ],
  [
    '401',
    'HTTP Error',
    'The project takes no requests from this address or web page, or gives no tokens for its public key.',
    'Ask the operator to allow it; sign tokens with the secret key.',
  ],
  ['404', 'TaskNotFound', 'No such task in this project; expired ones are gone.', 'Start again.'],
  ['404', 'HTTP Error', 'No such path.', 'Compare with the calls above.'],
  ['405', 'HTTP Error', 'The path is right, the verb is not.', 'Use a verb from `Allow`.'],
  ['408', 'HTTP Error', 'The body stopped coming.', 'Send again.'],
  ['413', 'UploadError', 'More bytes than allowed.', 'Smaller files, or ask the operator for more.'],
  ['414, 431', 'HTTP Error', 'Address or headers too long.', 'Send long values in the body.'],
  ['415', 'UploadError', 'The body is in no encoding that is read here.', 'JSON, form or multipart.'],
  ['416', 'HTTP Error', 'The range lies outside of the download.', 'Ask for the whole.'],
  ['429', 'HTTP Error', 'Your own rate limit.', 'Wait as long as `Retry-After` says.'],
  ['500', 'HTTP Error', 'A fault of the server.', 'Retry; if it stays, report the request id.'],
  [
    '503',
    'HTTP Error',
    'The server is busy or stopping; the task keeps waiting.',
    'Wait as long as `Retry-After` says.',
  ],
  ['507', 'by call', 'The server’s storage is full.', 'Tell the operator; retry later.'],
] as const

/** Status of a file, meaning. */
export const fileStatuses = [
  ['FileSuccess', 'Done.'],
  ['FileWaiting', 'Not processed yet.'],
  ['DamagedFile', 'No image, one in a format that is not read here, or too damaged to read; `message` tells which.'],
  ['OutOfRange', 'More pixels, frames or pages than allowed, or a crop outside of the image.'],
  ['NoImages', 'A sound file without a picture, such as a PDF without pages.'],
  [
    'WrongPassword',
    'A protected PDF without its password, or with a wrong one. If no other file succeeded the task waits on: process it again with `files[].password`.',
  ],
  ['TimeOut', 'It took too long and was stopped.'],
  ['ServerFileNotFound', 'No upload of this task has that name.'],
  ['UnknownError', 'The work on this file broke; the others are not touched.'],
] as const
