/** Signs paths of image URLs as image-urls.md section 9 describes it, without any client library. */
import { createHmac } from 'node:crypto'
import { secretKey } from './stack.ts'

/**
 * @param path raw, below the project; may have a query
 * @param expires Unix seconds, or absent for never
 * @param rest what is signed, where it is not the path itself
 */
export function signed(path: string, { expires, key = secretKey, rest = path }: SignOptions = {}): string {
  const hash = createHmac('sha1', key)
    .update(`${rest}${expires ?? '9999999999'}`)
    .digest('hex')
  return `${path}${path.includes('?') ? '&' : '?'}${expires === undefined ? '' : `ik-t=${expires}&`}ik-s=${hash}`
}

interface SignOptions {
  expires?: number | string
  key?: string
  rest?: string
}
