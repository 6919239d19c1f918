/** Failures of one source among several say which, so that the caller may go on without it. */
import { DomainError } from '../../../core/errors.ts'

/** Runs `work` on a source. @throws its DomainError with the param `sources[index]` */
export async function ofSource<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { code, message, cause } = error
    throw new DomainError(code, message, { param: `sources[${index}]`, cause })
  }
}
