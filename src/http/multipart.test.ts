import { expect, it } from 'vitest'
import { createMultipartParser } from './multipart.ts'
import { type PartHead, readPartHead } from './multipart-head.ts'

interface Part extends PartHead {
  text: string
}

/** What the parser makes of the chunks. */
async function parse(chunks: Buffer[], boundary = 'xx'): Promise<Part[]> {
  const parts: Part[] = []
  const parser = createMultipartParser(boundary, (head) => {
    const bytes: Buffer[] = []
    return {
      write(chunk) {
        bytes.push(Buffer.from(chunk))
        return undefined
      },
      end() {
        parts.push({ ...head, text: Buffer.concat(bytes).toString('latin1') })
        return undefined
      },
    }
  })
  for (const chunk of chunks) await parser.feed(chunk)
  parser.finish()
  return parts
}

const form = (...parts: string[]) => `${parts.map((part) => `--xx\r\n${part}\r\n`).join('')}--xx--\r\n`
const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`
const texts = (parts: Part[]) => parts.map(({ name, text }) => [name, text])

it('gives the same parts wherever the chunks are cut', async () => {
  const bytes = Buffer.from(
    `preamble\r\n${form(field('a', 'one\r\n--x\r\n-\r\r\n'), field('b', ''), field('c', '\r\n--x'))}epilogue --xx`,
  )
  const expected = [
    ['a', 'one\r\n--x\r\n-\r\r\n'],
    ['b', ''],
    ['c', '\r\n--x'],
  ]
  expect(texts(await parse([bytes]))).toEqual(expected)
  for (let cut = 1; cut < bytes.length; cut += 1) {
    expect(texts(await parse([bytes.subarray(0, cut), bytes.subarray(cut)]))).toEqual(expected)
  }
  expect(texts(await parse([...bytes].map((byte) => Buffer.of(byte))))).toEqual(expected)
})

it('random bytes and cuts come out as they went in', async () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.floor((seed / 2147483648) * below)
  }
  const alphabet = ['\r', '\n', '-', 'x', '\r\n--', '\r\n--x', 'y']
  for (let round = 0; round < 300; round += 1) {
    const values = Array.from({ length: 1 + random(3) }, () =>
      Array.from({ length: random(30) }, () => alphabet[random(alphabet.length)]).join(''),
    ).filter((value) => !value.includes('\r\n--xx'))
    const bytes = Buffer.from(form(...values.map((value) => field('f', value))))
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + random(40)
      chunks.push(bytes.subarray(at, at + length))
      at += length
    }
    expect(texts(await parse(chunks))).toEqual(values.map((value) => ['f', value]))
  }
})

it('blanks behind a boundary, heads without fields and parts that are no form fields are let by', async () => {
  const body = `--xx \t\r\n${field('a', '1')}\r\n--xx\r\n\r\nnothing\r\n--xx\r\nContent-Disposition: attachment; name="b"\r\n\r\n2\r\n--xx--`
  expect(texts(await parse([Buffer.from(body)]))).toEqual([['a', '1']])
})

it.each([
  ['nothing', ''],
  ['no boundary', 'garbage'],
  ['another after it', '--xxy\r\n\r\n\r\n--xx--'],
  ['no end', `--xx\r\n${field('a', '1')}`],
  ['a head without end', '--xx\r\nContent-Disposition: form-data'],
  ['a head of 20 kB', `--xx\r\nX: ${'x'.repeat(20_000)}\r\n\r\n1\r\n--xx--`],
])('refuses %s', async (_name, body) => {
  await expect(parse([Buffer.from(body)])).rejects.toMatchObject({ code: 'invalid', param: 'body' })
})

const head = (...lines: string[]) => readPartHead(lines.join('\r\n'))
const disposition = (rest: string) => head(`Content-Disposition: form-data; ${rest}`)

it('reads names and names of files as clients write them', () => {
  expect(disposition('name="a b"; filename="x y.jpg"')).toMatchObject({ name: 'a b', filename: 'x y.jpg' })
  expect(disposition('name=file; filename=x.jpg')).toMatchObject({ name: 'file', filename: 'x.jpg' })
  expect(disposition("name=f; filename=caf_.jpg; filename*=utf-8''caf%C3%A9%20%F0%9F%8C%8A.jpg")?.filename).toBe(
    'café 🌊.jpg',
  )
  expect(disposition(String.raw`name="a\"b\\c"; filename="C:\photos\new.jpg"`)).toMatchObject({
    name: String.raw`a"b\c`,
    filename: 'new.jpg',
  })
  expect(disposition('name="f"; filename="../../etc/passwd"')?.filename).toBe('passwd')
  expect(disposition('name="f"; filename=""')?.filename).toBeUndefined()
  expect(disposition('name="a;b"; filename="c;d=e.jpg"')).toMatchObject({ name: 'a;b', filename: 'c;d=e.jpg' })
  expect(head('content-type: Image/JPEG', 'CONTENT-DISPOSITION: form-data;', ' name="f"')).toMatchObject({
    name: 'f',
    type: 'image/jpeg',
  })
  expect(
    head('Content-Disposition: form-data; name="f"', 'Content-Type: text/plain; charset=ISO-8859-1')?.charset,
  ).toBe('iso-8859-1')
  expect(disposition('name="__proto__"')?.name).toBe('__proto__')
  expect(head('Content-Disposition: attachment; name="f"')).toBeUndefined()
  expect(head('')).toBeUndefined()
})
