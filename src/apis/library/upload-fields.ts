/** The fields of an upload besides the file (media-library-api.md section 5.1): read, with their defaults. */
import { z } from 'zod'
import { areaOf } from '../../core/assets/coordinates.ts'
import { fileName, folderPath } from '../../core/assets/names.ts'
import { parseChecks } from '../../core/assets/search/checks.ts'
import { cleanTags } from '../../core/assets/tags.ts'
import { invalid } from '../../core/errors.ts'
import { extensionsSchema } from '../../core/extensions/schema.ts'
import type { Fetcher } from '../../core/ports.ts'
import { refuseReserved } from '../../core/sites/folder.ts'
import { flag, parse, text } from './fields.ts'
import { jsonText, textList } from './json-text.ts'
import { readTransformation, transformationSchema } from './transformation.ts'

/** Beyond tags and metadata, which have bounds of their own. */
export const uploadSchema = z.object({
  fileName: text(4000),
  folder: text(4000),
  useUniqueFileName: flag(true),
  overwriteFile: flag(true),
  overwriteTags: flag(true),
  overwriteAITags: flag(true),
  overwriteCustomMetadata: flag(true),
  isPrivateFile: flag(false),
  isPublished: flag(true),
  tags: textList,
  customCoordinates: text(100),
  customMetadata: jsonText(z.record(z.string(), z.unknown(), 'must be a JSON object')),
  description: text(10_000),
  responseFields: textList,
  extensions: jsonText(extensionsSchema),
  webhookUrl: text(2000),
  transformation: jsonText(transformationSchema),
  checks: text(10_000),
})

export type UploadParams = ReturnType<typeof readUploadFields>

/** @throws DomainError invalid, fetch_failed (webhookUrl), in the words of section 5.1 where it has some */
export function readUploadFields(body: Record<string, unknown>, fetcher: Pick<Fetcher, 'check'>) {
  const fields = parse(uploadSchema, body)
  if (fields.fileName === undefined) throw invalid('fileName', 'Your request is missing fileName parameter.')
  if (fields.webhookUrl !== undefined) fetcher.check(fields.webhookUrl)
  const { tags, checks, customCoordinates } = fields
  return {
    ...fields,
    fileName: fileName(fields.fileName, 'fileName'),
    folder: folderToFill(fields.folder ?? ''),
    tags: tags && cleanTags(tags, 'tags'),
    customCoordinates: customCoordinates === undefined ? null : areaOf(customCoordinates, 'customCoordinates'),
    responseFields: new Set(fields.responseFields?.map((name) => name.trim())),
    transformation: fields.transformation && readTransformation(fields.transformation),
    checks: checks === undefined ? undefined : parseChecks(checks),
  }
}

function folderToFill(given: string): string {
  refuseReserved(given, 'folder')
  return folderPath(given, 'folder')
}
