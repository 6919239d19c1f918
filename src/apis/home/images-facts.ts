/** The facts in the tables of the docs page of image URLs. Words in backticks are shown as code. */

/** Form, address, meaning. */
export const forms = [
  [
    'As it is',
    '`/default/trips/pier.jpg`',
    'Made small without a visible difference; `orig-true` gives the very bytes.',
  ],
  ['In the path', '`/default/tr:w-400/trips/pier.jpg`', 'The part with `tr:` may stand anywhere before the name.'],
  ['In the query', '`/default/trips/pier.jpg?tr=w-400`', 'The same; both together: the path first.'],
  ['In steps', '`tr:w-400:rt-90`', 'Steps with colons between them; each works on what the one before made.'],
  ['For search engines', '`/default/ik-seo/trips/pier/a-pier-at-dusk.jpg`', 'Delivers `/trips/pier.jpg`.'],
  ['First page', '`/default/papers/plan.pdf/ik-thumbnail.jpg`', 'Of documents; `pg-2` takes another page.'],
  ['Another version', '`?ik-obj-version=<id>`', 'Of a file with versions.'],
  ['To save', '`?ik-attachment=true`', 'The browser offers to save it under its name.'],
] as const

/** Key, example, meaning. */
export const sizeKeys = [
  [
    'w, h',
    '`w-400,h-300`',
    'Pixels; below 1 a share of the input; or an expression such as `iw_div_2`. One alone: the other follows.',
  ],
  ['ar', '`w-400,ar-4-3`', 'The ratio, with one side.'],
  [
    'c',
    '`c-at_max`',
    '`maintain_ratio` (cuts, the default), `force` (stretches), `at_max` (fits inside), `at_max_enlarge`, `at_least`.',
  ],
  ['cm', '`cm-pad_resize`', '`extract` (cuts out, unscaled), `pad_resize` (fits inside and fills up), `pad_extract`.'],
  [
    'fo',
    '`fo-top_left`',
    'What stays in view: an edge or corner, `auto` (what draws the eye), `custom` (the file’s own area).',
  ],
  ['x, y, xc, yc', '`cm-extract,x-10,y-20`', 'Corner or centre of what is cut out.'],
  ['dpr', '`w-400,dpr-2`', '0.1 to 5 times the size, for dense screens.'],
  ['rt, fl', '`rt-90`, `fl-h`', 'Turn by degrees clockwise (`N45`: the other way), mirror.'],
] as const

export const lookKeys = [
  [
    'bg',
    '`bg-F3F3F3`',
    'Colour behind the picture and of what is filled up; `blurred`, `dominant`, `gradient_dominant` too.',
  ],
  ['r, b', '`r-20`, `b-5_red`', 'Round corners (`max`: an ellipse), a border.'],
  ['bl, e-sharpen, e-usm', '`bl-10`', 'Blur and sharpen.'],
  ['e-grayscale, e-contrast', '`e-grayscale`', 'Without colour; with all tones used.'],
  ['e-colorize, cr', '`e-colorize-co-red_in-40`', 'Tint; one colour in place of another.'],
  ['e-gradient, e-shadow', '`e-gradient-ld-180`', 'A gradient over the picture; a shadow of what is cut out.'],
  ['e-distort', '`e-distort-p-20_0_…`', 'In perspective, or bent.'],
  ['t, o', '`t-true`, `o-50`', 'Cut solid edges off; let shine through.'],
  [
    'l-image, l-text',
    '`l-text,i-Hello,fs-40,co-white,l-end`',
    'Pictures and texts on top, three deep; `lx`, `ly`, `lfo` say where.',
  ],
  ['if', '`if-ar_gt_1,w-200,if-else,w-300,if-end`', 'One or the other, by size or ratio.'],
  ['n', '`n-card`', 'A transformation that the project has under this name.'],
] as const

export const outputKeys = [
  ['f', '`f-auto`', '`auto` (the default), `jpg`, `png`, `webp`, `avif`, `gif` (of a GIF), `orig`.'],
  ['q', '`q-80`', '1 to 100.'],
  ['lo, pr', '`lo-true`', 'Without loss (WebP, PNG); progressive (JPEG).'],
  ['md, cp', '`md-true`', 'Keep all metadata, or the colour profile alone; nothing is kept otherwise.'],
  ['orig', '`orig-true`', 'The file as it was uploaded, byte for byte.'],
  ['di', '`di-missing.jpg`', 'What to show when there is no such file.'],
  ['pg', '`pg-2`', 'Page of a document, frame of an animation.'],
] as const

/** Status, when, what to do. */
export const errors = [
  ['304', 'You have it already.', 'Nothing.'],
  ['400', 'The transformation cannot be read or made.', 'The text names the word and its position.'],
  [
    '401',
    'A private file, or a project that wants signatures; the signature is missing, wrong or expired.',
    'Sign the address anew.',
  ],
  ['403', 'The project keeps this address, page or program out.', 'Ask its owner.'],
  ['404', 'No such file, a draft, or an origin that has none.', '`ik-error` tells which.'],
  ['405', 'Image addresses are read only.', 'Use GET or HEAD.'],
  ['416', 'The range lies outside the file.', 'See `Content-Range`.'],
  ['503', 'The server is busy.', 'Wait as long as `Retry-After` says.'],
] as const
