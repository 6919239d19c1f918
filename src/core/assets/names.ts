/** Names and paths of the library (media-library-api.md sections 5.1, 6 and 8): what clients give, made harmless. */
import { randomBytes } from 'node:crypto'
import { invalid } from '../errors.ts'

const maxNameBytes = 255
export const maxDepth = 50
export const maxPathBytes = 2000

/** Letters, marks and digits of any script, `.`, `_`, `-` stay; all else, blanks included, becomes `_`. One Unicode form (NFC). */
export function sanitizeFileName(name: string): string {
  return clean(name, /[^\p{L}\p{M}\p{N}._-]/gu)
}

/** Like a file name, without dots. */
export function sanitizeFolderName(name: string): string {
  return clean(name, /[^\p{L}\p{M}\p{N}_-]/gu)
}

const clean = (name: string, others: RegExp) => name.normalize('NFC').toWellFormed().replaceAll(others, '_')

/**
 * A file's name as it is stored.
 * @throws DomainError `invalid` with the given param: empty, only dots, or longer than 255 bytes
 */
export function fileName(given: string, param: string): string {
  const name = sanitizeFileName(given)
  if (name === '' || /^\.+$/.test(name)) throw invalid(param, `${param} must have a letter or digit besides dots.`)
  if (Buffer.byteLength(name) > maxNameBytes) throw invalid(param, `${param} is longer than ${maxNameBytes} bytes.`)
  return name
}

const uniqueLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

/** `_` and 9 random characters before the extension. */
export function uniqueName(name: string): string {
  const suffix = Array.from(randomBytes(9), (byte) => uniqueLetters[byte & 63]).join('')
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? `${name}_${suffix}` : `${name.slice(0, dot)}_${suffix}${name.slice(dot)}`
}

/**
 * A folder's path as it is stored: `''` for the root, else `/a/b`. Slashes at the ends are optional, doubled ones count as
 * one, other characters become `_`.
 * @throws DomainError `invalid` with the given param: `.` or `..`, more than 50 levels, too long
 */
export function folderPath(given: string, param: string): string {
  const parts = given.split('/').filter((part) => part !== '')
  if (parts.some((part) => part === '.' || part === '..'))
    throw invalid(param, `${param} must not have "." or ".." as a folder.`)
  if (parts.length > maxDepth) throw invalid(param, `${param} is more than ${maxDepth} levels deep.`)
  const path = parts.map((part) => `/${sanitizeFolderName(part)}`).join('')
  if (Buffer.byteLength(path) > maxPathBytes) throw invalid(param, `${param} is longer than ${maxPathBytes} bytes.`)
  return path
}

/** A path as part of a URL. */
export const encodePath = (path: string) =>
  /^[\w./-]*$/.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/** A path to look up (not to store): folder and name as they are stored, or undefined when nothing can be there. */
export function splitFilePath(given: string): { folder: string; name: string } | undefined {
  if (given.includes('\0') || given.length > maxPathBytes + maxNameBytes) return undefined
  const path = given.normalize('NFC').toWellFormed().replaceAll(/\/+/g, '/').replace(/^\//, '')
  const slash = path.lastIndexOf('/')
  const name = path.slice(slash + 1)
  if (name === '') return undefined
  return { folder: slash === -1 ? '' : `/${path.slice(0, slash)}`, name }
}
