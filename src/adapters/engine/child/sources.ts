/** What several places do with a source. */
import { readFile } from 'node:fs/promises'
import { DomainError } from '../../../core/errors.ts'
import type { Input } from './picture.ts'

export async function bytesOf(input: Input): Promise<Buffer> {
  return typeof input === 'string' ? await readFile(input) : input
}

/** Failures of one source among several say which, so that the caller may go on without it. @throws the DomainError of `work` with the param `sources[index]` */
export async function ofSource<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { code, message, cause } = error
    throw new DomainError(code, message, { param: `sources[${index}]`, cause })
  }
}
