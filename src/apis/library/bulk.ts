/** Many files in one call (media-library-api.md section 6). What could not be done to some of them is told with 207. */
import { type BulkOutcome, deleteFiles } from '../../core/assets/delete.ts'
import { checkId } from '../../core/assets/find.ts'
import { addTags, removeAiTags, removeTags } from '../../core/assets/tag-files.ts'
import { cleanTags } from '../../core/assets/tags.ts'
import { invalid } from '../../core/errors.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'

async function deleteByFileIds({ api, caller, body, reply }: EndpointContext) {
  const ids = fileIds(body, 100, 'fileIds cannot have more than 100 items.')
  return answer(reply, 'successfullyDeletedFileIds', await deleteFiles(api.deps, caller, ids))
}

/** @param member whose texts are added or taken away */
function tagging(change: typeof addTags, member: 'tags' | 'AITags') {
  return async ({ api, caller, body, reply }: EndpointContext) => {
    const ids = fileIds(body, 50, 'A maximum of 50 files can be edited at a time.')
    return answer(reply, 'successfullyUpdatedFileIds', await change(api.deps, caller, ids, tagList(body, member)))
  }
}

function answer(reply: EndpointContext['reply'], member: string, { done, errors }: BulkOutcome) {
  if (errors.length === 0) return { [member]: done }
  reply.code(207)
  return { [member]: done, errors }
}

/** Each id once. */
function fileIds({ fileIds: given }: EndpointContext['body'], most: number, tooMany: string): string[] {
  if (given === undefined || given === null) throw invalid('fileIds', 'fileIds parameter is missing.')
  if (!Array.isArray(given)) throw invalid('fileIds', 'fileIds should be an Array.')
  if (given.length === 0) throw invalid('fileIds', 'fileIds is empty.')
  if (given.length > most) throw invalid('fileIds', tooMany)
  for (const [index, id] of given.entries()) checkId(typeof id === 'string' ? id : '', `fileIds[${index}]`)
  return [...new Set<string>(given)]
}

function tagList(body: EndpointContext['body'], member: 'tags' | 'AITags'): string[] {
  const given = body[member]
  if (given === undefined || given === null) throw invalid(member, `${member} parameter is missing.`)
  if (!Array.isArray(given)) throw invalid(member, `${member} should be an Array.`)
  if (given.some((tag) => typeof tag !== 'string')) throw invalid(member, `${member} should be an Array of texts.`)
  const tags = cleanTags(given, member)
  if (tags.length === 0) throw invalid(member, `${member} array cannot be empty.`)
  return tags
}

export const bulkEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/files/batch/deleteByFileIds',
    group: 'files',
    level: 'write',
    body: 'json',
    handle: deleteByFileIds,
  },
  {
    method: 'POST',
    path: '/v1/files/addTags',
    group: 'files',
    level: 'write',
    body: 'json',
    handle: tagging(addTags, 'tags'),
  },
  {
    method: 'POST',
    path: '/v1/files/removeTags',
    group: 'files',
    level: 'write',
    body: 'json',
    handle: tagging(removeTags, 'tags'),
  },
  {
    method: 'POST',
    path: '/v1/files/removeAITags',
    group: 'files',
    level: 'write',
    body: 'json',
    handle: tagging(removeAiTags, 'AITags'),
  },
]
