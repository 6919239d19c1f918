/** The pictures of a lesson: files of the library by id, folder or tag, with what is kept of looks at them. */
import { itemField } from '../../assets/search/fields.ts'
import type { Query } from '../../assets/search/query.ts'
import { readPath } from '../../assets/search/values.ts'
import { DomainError, invalid } from '../../errors.ts'
import type { Repositories } from '../../ports.ts'
import type { Sight } from '../../processing/sight.ts'
import { mostExamples } from './learn.ts'

/** What examples may name. */
export type ExampleSource = { file: string } | { folder: string } | { tag: string } | { seen: Sight; picture: string }

export interface GatheredPicture {
  /** Id of the file; undefined: it came with the request. */
  file: string | undefined
  blob: string | undefined
  picture: string
  /** Undefined: it has to be looked at. */
  sight: Sight | undefined
}

type Read = Pick<Repositories, 'assets' | 'sights' | 'search'>

const searchMs = 5000

/** The pictures of one source. @throws DomainError `not_found`, `invalid`, both with `param` */
export async function gather(
  read: Read,
  project: string,
  source: ExampleSource,
  param: string,
): Promise<GatheredPicture[]> {
  if ('seen' in source) return [{ file: undefined, blob: undefined, picture: source.picture, sight: source.seen }]
  const files =
    'file' in source ? [await fileOf(read, project, source.file, param)] : await search(read, project, source, param)
  const kept = await read.sights.list(files.map(({ blob }) => blob))
  return files.map(({ file, blob }) => {
    const sight = kept.get(blob)?.sight
    return { file, blob, picture: blob, sight: sight?.embedding ? sight : undefined }
  })
}

async function fileOf(read: Read, project: string, id: string, param: string) {
  const found = await read.assets.find(project, id)
  if (found?.kind === 'image') return found
  throw new DomainError('not_found', `${param}: the library has no picture with the id ${id}.`, { param })
}

async function search(read: Read, project: string, source: { folder: string } | { tag: string }, param: string) {
  const where = 'folder' in source ? oneOf('path', readPath(source.folder)) : oneOf('tags', source.tag)
  const query: Query = { kind: 'and', parts: [where, oneOf('kind', 'image')] }
  const wanted = { project, query, types: ['file'] as const, sort: 'CREATED' as const, descending: true }
  const { found } = await read.search.find({ ...wanted, skip: 0, limit: mostExamples, longestMs: searchMs })
  const files = found.flatMap((item) => ('asset' in item ? [item.asset] : []))
  if (files.length > 0) return files
  const place = 'folder' in source ? `folder ${source.folder}` : `tag ${source.tag}`
  throw invalid(param, `${param}: the ${place} has no pictures.`)
}

const oneOf = (name: Parameters<typeof itemField>[0], value: string): Query => ({
  kind: 'oneOf',
  field: itemField(name),
  values: [value],
  negated: false,
})
