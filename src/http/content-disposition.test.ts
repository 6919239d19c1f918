import { expect, it } from 'vitest'
import { attachment } from './content-disposition.ts'

it('writes the form of tasks-api.md section 7', () => {
  expect(attachment('beach.jpg')).toBe('attachment; filename="beach.jpg"')
  expect(attachment('фото 1.jpg')).toBe(
    'attachment; filename="foto 1.jpg"; filename*=utf-8\'\'%D1%84%D0%BE%D1%82%D0%BE%201.jpg',
  )
})

it('never lets a name break out of the header', () => {
  const header = attachment('a"; x="b\\\r\nSet-Cookie: c=d 日本.jpg')
  expect(header).not.toMatch(/[\r\n]/)
  expect(header.match(/filename="([^"]*)"/)?.[1]).toBe('a_; x=_b___Set-Cookie: c=d __.jpg')
})
