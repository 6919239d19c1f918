/** Conditional requests (RFC 9110 section 13): whether the client has what it asks for. */
import type { IncomingHttpHeaders } from 'node:http'

export interface Validators {
  /** With its quotes. */
  etag: string
  /** Epoch milliseconds. */
  modified: number
}

/** True: answer 304. If-None-Match counts before If-Modified-Since and compares weakly. */
export function isNotModified(headers: IncomingHttpHeaders, { etag, modified }: Validators): boolean {
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*') return true
    const tags = noneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []
    return tags.some((tag) => strong(tag) === strong(etag))
  }
  const since = headers['if-modified-since']
  const time = since === undefined ? Number.NaN : Date.parse(since)
  return Math.floor(modified / 1000) * 1000 <= time
}

const strong = (tag: string) => tag.replace(/^W\//, '')
