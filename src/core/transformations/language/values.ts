/** Reads simple values: numbers (`N` is the minus sign, image-urls.md section 2), words, paths. Undefined: it is none. */

/** `sign`: N is allowed. */
interface Bounds {
  min: number
  max: number
}

export function integer(text: string, { min, max }: Bounds): number | undefined {
  return /^N?\d{1,9}$/.test(text) ? within(signed(text), { min, max }) : undefined
}

/** With decimals, too. */
export function decimal(text: string, { min, max }: Bounds): number | undefined {
  return /^N?(\d{1,9}(\.\d{1,9})?|\.\d{1,9})$/.test(text) ? within(signed(text), { min, max }) : undefined
}

/** Never -0. */
const signed = (text: string) => (text.startsWith('N') ? 0 - Number(text.slice(1)) : Number(text))
const within = (value: number, { min, max }: Bounds) => (value >= min && value <= max ? value : undefined)

export function oneOf<Word extends string>(words: readonly Word[], text: string): Word | undefined {
  return words.find((word) => word === text)
}

export function flag(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

/** What comes of a value that was read. */
export function some<Value, Result>(value: Value | undefined, change: (value: Value) => Result): Result | undefined {
  return value === undefined ? undefined : change(value)
}

const maxPathLength = 2000

/** A path below the URL endpoint, with slashes for `@@` and one at its beginning. */
export function path(text: string): string | undefined {
  const parts = text
    .replaceAll('@@', '/')
    .split('/')
    .filter((part) => part !== '')
  if (parts.length === 0 || text.length > maxPathLength || !isPlain(text)) return undefined
  if (parts.some((part) => part === '.' || part === '..')) return undefined
  return `/${parts.join('/')}`
}

/** The same, or an absolute URL. */
export function pathOrUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return path(text)
  return text.length <= maxPathLength && isPlain(text) && URL.canParse(text) ? text : undefined
}

/** Without control characters and broken ones. */
export const isPlain = (text: string) => text.isWellFormed() && !/\p{Cc}/u.test(text)

/** Percent-encoding is undone where it is one: `i` and `ie` may come encoded once more than the rest. */
export function unescaped(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
