/**
 * What the Library API answers (media-library-api.md section 4), as the OpenAPI document shows it and the tests hold real
 * answers against it. Further members are allowed: clients tolerate them.
 */
import { z } from 'zod'

const id = z.string().regex(/^[0-9a-f]{24}$/)
const time = z.iso.datetime()
const versionInfo = z.looseObject({ id, name: z.string().regex(/^Version \d+$/) })
const aiTags = z
  .array(z.looseObject({ name: z.string(), confidence: z.number().min(0).max(100), source: z.string() }))
  .nullable()
const customMetadata = z.record(z.string(), z.unknown())
const embeddedMetadata = z.record(z.string(), z.unknown()).nullable()
const side = z.int().min(0).optional()

/** Ours: only of files that were judged. All of it by id, score and label in lists. */
const scoring = z
  .looseObject({
    score: z.number().min(0).max(10),
    label: z.string(),
    confidence: z.number().min(0).max(1).optional(),
    aspects: z.record(z.string(), z.number().nullable()).optional(),
    reasons: z.array(z.string()).optional(),
    tags: z.array(z.looseObject({ name: z.string(), confidence: z.number() })).optional(),
    modelVersion: z.string().optional(),
    scoredAt: time.optional(),
  })
  .optional()

export const fileAnswer = z.looseObject({
  type: z.enum(['file', 'file-version']),
  fileId: id,
  name: z.string(),
  filePath: z.string().startsWith('/'),
  tags: z.array(z.string()).nullable(),
  AITags: aiTags,
  versionInfo,
  isPrivateFile: z.boolean(),
  isPublished: z.boolean(),
  customCoordinates: z.string().nullable(),
  url: z.url(),
  thumbnail: z.url(),
  fileType: z.enum(['image', 'non-image']),
  mime: z.string(),
  width: side,
  height: side,
  size: z.int().min(0),
  hasAlpha: z.boolean().optional(),
  customMetadata,
  embeddedMetadata,
  description: z.string().optional(),
  scoring,
  createdAt: time,
  updatedAt: time,
})

export const folderAnswer = z.looseObject({
  type: z.literal('folder'),
  folderId: id,
  name: z.string(),
  folderPath: z.string().startsWith('/'),
  customMetadata,
  createdAt: time,
  updatedAt: time,
})

export const listAnswer = z.array(z.union([fileAnswer, folderAnswer]))

export const uploadedAnswer = z.looseObject({
  fileId: id,
  name: z.string(),
  size: z.int().min(0),
  versionInfo,
  filePath: z.string().startsWith('/'),
  url: z.url(),
  fileType: z.enum(['image', 'non-image']),
  AITags: aiTags,
  width: side,
  height: side,
  orientation: z.int().min(1).max(8).optional(),
  thumbnailUrl: z.url().optional(),
  description: z.string().optional(),
  extensionStatus: z.record(z.string(), z.enum(['success', 'pending', 'failed'])).optional(),
})

/** Of an image; a video has the codecs in place of the rest. */
export const metadataAnswer = z.looseObject({
  height: side,
  width: side,
  size: z.int().min(0),
  format: z.string().optional(),
  hasColorProfile: z.boolean().optional(),
  quality: z.number().optional(),
  density: z.number().optional(),
  hasTransparency: z.boolean().optional(),
  pHash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  exif: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
})

const bulkErrors = z.array(z.looseObject({ fileId: z.string(), error: z.string() })).optional()
export const deletedAnswer = z.looseObject({ successfullyDeletedFileIds: z.array(id), errors: bulkErrors })
export const taggedAnswer = z.looseObject({ successfullyUpdatedFileIds: z.array(id), errors: bulkErrors })

export const jobStartedAnswer = z.looseObject({ jobId: id })
export const jobAnswer = z.looseObject({
  jobId: id,
  type: z.enum(['COPY_FOLDER', 'MOVE_FOLDER', 'RENAME_FOLDER']),
  status: z.enum(['Pending', 'Completed', 'Partial success']),
  purgeRequestId: id.optional(),
})

export const scoringJobAnswer = z.looseObject({
  jobId: id,
  status: z.enum(['Pending', 'Completed', 'Failed']),
  folderPath: z.string().startsWith('/'),
  again: z.boolean(),
  scored: z.int(),
  skipped: z.int(),
  failed: z.int(),
  errors: z.array(z.looseObject({ fileId: id, reason: z.string() })),
  createdAt: time,
  finishedAt: time.nullable(),
})

export const purgeStartedAnswer = z.looseObject({ requestId: id })
export const purgeAnswer = z.looseObject({ status: z.enum(['Pending', 'Completed']) })

const option = z.union([z.string(), z.number(), z.boolean()])
export const fieldAnswer = z.looseObject({
  id,
  name: z.string(),
  label: z.string(),
  schema: z.looseObject({
    type: z.enum(['Text', 'Textarea', 'Number', 'Date', 'Boolean', 'SingleSelect', 'MultiSelect']),
    selectOptions: z.array(option).optional(),
    defaultValue: z.union([option, z.array(option)]).optional(),
    isValueRequired: z.boolean().optional(),
    minValue: z.union([z.string(), z.number()]).optional(),
    maxValue: z.union([z.string(), z.number()]).optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
  }),
  description: z.string().optional(),
})

export const transformationAnswer = z.looseObject({
  id: z.string(),
  name: z.string(),
  transformation: z.string(),
  enabled: z.boolean(),
  createdAt: time,
})

export const savedExtensionAnswer = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  config: z.looseObject({ name: z.string() }),
  createdAt: time,
  updatedAt: time,
})

export const originAnswer = z.looseObject({ id: z.string(), name: z.string(), type: z.string() })

export const urlEndpointAnswer = z.looseObject({
  id: z.string(),
  description: z.string(),
  urlPrefix: z.string(),
  origins: z.array(z.string()),
})

export const usageAnswer = z.looseObject({
  bandwidthBytes: z.number(),
  mediaLibraryStorageBytes: z.number(),
  videoProcessingUnitsCount: z.number(),
  extensionUnitsCount: z.number(),
  originalCacheStorageBytes: z.number(),
})

export const analyticsAnswer = z.looseObject({
  requestCount: z.number(),
  bandwidthBytes: z.number(),
  startDate: z.string(),
  endDate: z.string(),
  generatedAt: z.string(),
})

export const errorAnswer = z.looseObject({
  message: z.string(),
  help: z.string().optional(),
  reason: z.string().optional(),
  missingFileIds: z.array(z.string()).optional(),
})
