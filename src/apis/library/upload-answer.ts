/** What an upload answers (media-library-api.md section 4.3). */
import type { Content } from '../../core/assets/content.ts'
import { encodePath } from '../../core/assets/names.ts'
import { filePathOf, type PlacedAsset } from '../../core/assets/records.ts'
import { statusOf } from '../../core/extensions/status.ts'
import { isTagged, type WantedExtensions } from '../../core/scorings/asset.ts'
import { metadataObject } from './metadata.ts'
import { sides, versionInfo, videoFields } from './resource.ts'

interface Answered {
  asset: PlacedAsset
  content: Content
  /** Where the project's image URLs begin. */
  endpoint: string
  responseFields: ReadonlySet<string>
  wanted: WantedExtensions | undefined
}

export type UploadAnswer = ReturnType<typeof uploadAnswer>

export function uploadAnswer({ asset, content, endpoint, responseFields, wanted }: Answered) {
  const path = filePathOf(asset)
  const image = asset.kind === 'image'
  return {
    fileId: asset.file,
    name: asset.name,
    size: asset.size,
    versionInfo: versionInfo(asset),
    filePath: path,
    url: `${endpoint}${encodePath(path)}`,
    fileType: asset.kind,
    ...sides(asset),
    ...videoFields(asset),
    ...(asset.orientation === null ? {} : { orientation: asset.orientation }),
    ...(image ? { thumbnailUrl: `${endpoint}/tr:n-ik_ml_thumbnail${encodePath(path)}` } : {}),
    AITags: asset.aiTags.length === 0 ? null : asset.aiTags,
    ...(asset.description === null ? {} : { description: asset.description }),
    ...askedFor(asset, content, responseFields),
    ...(wanted === undefined ? {} : { extensionStatus: statusAtFirst(asset, wanted) }),
  }
}

function statusAtFirst(asset: PlacedAsset, wanted: WantedExtensions) {
  return statusOf(wanted.extensions, { runs: isTagged(asset, wanted), told: wanted.webhookUrl !== undefined })
}

/** "Only when named in `responseFields`"; the last three are ours. */
function askedFor(asset: PlacedAsset, content: Content, names: ReadonlySet<string>): Record<string, unknown> {
  const all: Record<string, () => unknown> = {
    tags: () => (asset.tags.length === 0 ? null : asset.tags),
    customCoordinates: () => asset.customCoordinates,
    isPrivateFile: () => asset.isPrivate,
    isPublished: () => asset.isPublished,
    customMetadata: () => asset.customMetadata,
    embeddedMetadata: () => asset.embeddedMetadata,
    metadata: () => metadataObject(asset, content.description),
    pHash: () => content.description?.pHash ?? null,
    dominantColors: () => content.description?.dominantColors ?? [],
    thumbhash: () => content.description?.thumbhash ?? null,
  }
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (names.has(name) ? [[name, value()]] : [])))
}
