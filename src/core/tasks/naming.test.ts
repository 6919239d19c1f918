import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanName, expandPlaceholders, outputName, packageName, packedNames, stem, uniqueNames } from './naming.ts'

const context = { date: '2026-03-02', n: 3, filename: 'beach.day.jpg', tool: 'resizeimage' }
/** Anything a client may send, with the dangerous characters often. */
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '/',
        '\\',
        '.',
        '..',
        '\0',
        '\n',
        ' ',
        '{n}',
        '{filename}',
        ':',
        '\u202e',
        'a',
        'ф',
        '海',
        '😀',
        '.jpg',
        '\ud800',
        '"',
        "'",
        '%2f',
      ),
      {
        maxLength: 30,
      },
    )
    .map((parts) => parts.join('')),
  fc.string({ minLength: 200, maxLength: 1000 }),
)
const formats = fc.constantFrom('jpg', 'png', 'gif', 'webp', 'avif', 'tiff', 'svg')

/** Safe as a ZIP entry, in a header and on every file system. */
function expectSafe(name: string): void {
  expect(name).not.toBe('')
  expect(name).not.toMatch(/[/\\\u0000-\u001f\u007f-\u009f:*?"<>|\u202a-\u202e]/)
  expect(name).not.toMatch(/^[. ]|[. ]$/)
  expect(name.isWellFormed()).toBe(true)
  // Room for "-123" and an extension below the usual 255.
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(210)
}

describe('cleanName', () => {
  it('gives a safe name for anything', () => {
    fc.assert(fc.property(anyName, (name) => expectSafe(cleanName(name, 'file'))))
  })
  it('is done after once', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const once = cleanName(name, 'file')
        expect(cleanName(once, 'file')).toBe(once)
      }),
    )
  })
  it.each([
    ['beach.jpg', 'beach.jpg'],
    ['фото 1.jpg', 'фото 1.jpg'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['.htaccess', 'htaccess'],
    ['a/b\\c.png', 'a_b_c.png'],
    ['tab\tnew\nline.png', 'tabnewline.png'],
    ['  spaced .jpg ', 'spaced .jpg'],
    ['...', 'file'],
    ['', 'file'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['e\u0301.jpg', 'é.jpg'],
  ])('%j becomes %j', (name, clean) => {
    expect(cleanName(name, 'file')).toBe(clean)
  })
  it('shortens before the extension and between characters', () => {
    const short = cleanName(`${'海'.repeat(300)}.jpg`, 'file')
    expect(short).toMatch(/^海+\.jpg$/)
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(200)
    expect(Buffer.byteLength(cleanName(`a.${'b'.repeat(500)}`, 'file'))).toBeLessThanOrEqual(200)
  })
})

describe('outputName and packageName', () => {
  it('are safe and end with the extension, whatever the pattern and the input name', () => {
    fc.assert(
      fc.property(fc.option(anyName), anyName, formats, (pattern, filename, extension) => {
        const name = outputName(pattern, { ...context, filename }, extension)
        expectSafe(name)
        expect(name.toLowerCase()).toMatch(extension === 'jpg' ? /\.jpe?g$/ : new RegExp(`\\.${extension}$`))
        const zip = packageName(pattern ?? 'output', { ...context, filename })
        expectSafe(zip)
        expect(zip.toLowerCase()).toMatch(/\.zip$/)
      }),
    )
  })
  it.each([
    [null, 'png', 'beach.day.png'],
    ['{n}_{filename}', 'jpg', '3_beach.day.jpg'],
    ['{date} {tool} {app}', 'gif', '2026-03-02 resizeimage resizeimage.gif'],
    ['{unknown} {N}', 'png', '{unknown} {N}.png'],
    ['done.JPG', 'jpg', 'done.JPG'],
    ['done.jpeg', 'jpg', 'done.jpeg'],
    ['done.jpg', 'png', 'done.jpg.png'],
    ['', 'png', 'file.png'],
    ['{filename}{filename}', 'png', 'beach.daybeach.day.png'],
    ['$& $1 {n}', 'png', '$& $1 3.png'],
  ])('%j as %s is %s', (pattern, extension, name) => {
    expect(outputName(pattern, context, extension)).toBe(name)
  })
  it('a page of several adds its number, as long as the last one', () => {
    expect(outputName(null, context, 'jpg', { number: 2, of: 3 })).toBe('beach.day-2.jpg')
    expect(outputName('p{n}.jpg', context, 'jpg', { number: 7, of: 120 })).toBe('p3-007.jpg')
    expect(outputName(null, context, 'jpg', { number: 1, of: 1 })).toBe('beach.day.jpg')
  })
  it('a package is flat, or has a folder for each input as soon as one has several outputs', () => {
    const inputs = ['a.png', 'b.pdf', 'A.gif']
    const named = (outputs: readonly (readonly [number, string])[]) =>
      packedNames(
        outputs.map(([position, filename]) => ({ position, filename })),
        (position) => inputs[position] ?? '',
      )
    expect(
      named([
        [0, 'a.jpg'],
        [2, 'A.jpg'],
      ]),
    ).toEqual(['a.jpg', 'A-2.jpg'])
    expect(
      named([
        [0, 'a.jpg'],
        [1, 'b-1.jpg'],
        [1, 'b-2.jpg'],
        [2, 'A.jpg'],
      ]),
    ).toEqual(['a/a.jpg', 'b/b-1.jpg', 'b/b-2.jpg', 'A-2/A.jpg'])
  })
  it('placeholders inside a file name are not expanded again', () => {
    expect(expandPlaceholders('{filename}', { ...context, filename: '{n}{date}.jpg' })).toBe('{n}{date}')
  })
  it.each([
    ['a.jpg', 'a'],
    ['a.b.jpg', 'a.b'],
    ['noextension', 'noextension'],
    ['.hidden', '.hidden'],
    ['a.', 'a'],
  ])('the stem of %s is %s', (name, base) => {
    expect(stem(name)).toBe(base)
  })
})

describe('uniqueNames', () => {
  it('makes every name unique, also by letter case, and keeps the first of each', () => {
    const fewNames = fc.constantFrom('a.jpg', 'A.jpg', 'a-2.jpg', 'a-3.jpg', 'a', 'A', 'a-2', 'b.png', 'ф.png', 'Ф.png')
    fc.assert(
      fc.property(fc.array(fc.oneof(fewNames, anyName), { maxLength: 30 }), (names) => {
        const unique = uniqueNames(names)
        expect(unique).toHaveLength(names.length)
        expect(new Set(unique.map((name) => name.toLowerCase())).size).toBe(names.length)
        expect(unique[0]).toBe(names[0])
        for (const [index, name] of names.entries()) {
          if (unique[index] !== name) expect(unique[index]?.startsWith(stem(name))).toBe(true)
        }
        expect(uniqueNames(unique)).toEqual(unique)
      }),
    )
  })
  it('numbers before the extension', () => {
    expect(uniqueNames(['a.jpg', 'a.jpg', 'A.JPG', 'a-2.jpg', 'x', 'x'])).toEqual([
      'a.jpg',
      'a-2.jpg',
      'A-3.JPG',
      'a-2-2.jpg',
      'x',
      'x-2',
    ])
  })
})
