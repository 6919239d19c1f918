/** Files and folders as the API shows them (media-library-api.md section 4). */
import { encodePath } from '../../core/assets/names.ts'
import { type Asset, type Folder, filePathOf, type PlacedAsset } from '../../core/assets/records.ts'
import type { Repositories } from '../../core/ports.ts'
import { originOf } from './auth.ts'
import type { EndpointContext } from './endpoint.ts'

/** Where the project's image URLs begin, without a slash at the end. */
export function urlEndpointOf({ api, request, caller }: Pick<EndpointContext, 'api' | 'request' | 'caller'>): string {
  return `${api.deliveryOrigin ?? originOf(request)}/${caller.project.id}`
}

/** True for URLs that image URLs of this server begin like, whatever their path. */
export function isDeliveryUrl({ api, request }: Pick<EndpointContext, 'api' | 'request'>, url: URL): boolean {
  const { host } = new URL(api.deliveryOrigin ?? originOf(request))
  return /^https?:$/.test(url.protocol) && (url.host === host || api.deps.isOwnUrl(url.href))
}

/** Section 4.1. What is undefined is not in the answer: a literal without spreads, as pages have hundreds of files. */
export function fileObject(asset: PlacedAsset, endpoint: string) {
  const { width, height, video } = asset
  const hasSides = width !== null && height !== null
  const path = filePathOf(asset)
  const query = `${asset.current ? '' : `ik-obj-version=${asset.id}&`}updatedAt=${asset.updated}`
  const url = `${endpoint}${encodePath(path)}?${query}`
  return {
    type: asset.current ? 'file' : 'file-version',
    fileId: asset.file,
    name: asset.name,
    filePath: path,
    tags: asset.tags.length === 0 ? null : asset.tags,
    AITags: asset.aiTags.length === 0 ? null : asset.aiTags,
    versionInfo: versionInfo(asset),
    isPrivateFile: asset.isPrivate,
    isPublished: asset.isPublished,
    customCoordinates: asset.customCoordinates,
    url,
    thumbnail: `${url}&tr=n-ik_ml_thumbnail`,
    fileType: asset.kind,
    mime: asset.mime,
    height: hasSides ? height : undefined,
    width: hasSides ? width : undefined,
    size: asset.size,
    duration: video?.duration ?? undefined,
    bitRate: video?.bitRate ?? undefined,
    videoCodec: video?.videoCodec ?? undefined,
    audioCodec: video?.audioCodec ?? undefined,
    hasAlpha: asset.alpha ?? undefined,
    customMetadata: asset.customMetadata,
    embeddedMetadata: asset.embeddedMetadata,
    description: asset.description ?? undefined,
    scoring: asset.score === null ? undefined : { score: asset.score, label: asset.label },
    createdAt: new Date(asset.created).toISOString(),
    updatedAt: new Date(asset.updated).toISOString(),
  }
}

/** All that was said of the version, in place of the file object's `scoring`; nothing when it was not judged. */
export async function scoringDetails(
  { judgements }: Pick<Repositories, 'judgements'>,
  { project, id, score: shown }: Asset,
): Promise<{ scoring?: object }> {
  const judgement = shown === null ? undefined : await judgements.find(project, id)
  if (judgement === undefined) return {}
  const { score, label, confidence, aspects, reasons, tags, version, made } = judgement
  const scoredAt = new Date(made).toISOString()
  return { scoring: { score, label, confidence, aspects, reasons, tags, modelVersion: version, scoredAt } }
}

/** Section 4.2. */
export function folderObject(folder: Folder) {
  return {
    type: 'folder',
    folderId: folder.id,
    name: folder.name,
    folderPath: folder.path || '/',
    customMetadata: folder.customMetadata,
    createdAt: new Date(folder.created).toISOString(),
    updatedAt: new Date(folder.updated).toISOString(),
  }
}

export const versionInfo = ({ id, version }: Asset) => ({ id, name: `Version ${version}` })

/** Of a video: what its container says. */
export const videoFields = ({ video }: Asset) =>
  Object.fromEntries(Object.entries(video ?? {}).filter(([, value]) => value !== null))

export const sides = ({ width, height }: Asset) => (width === null || height === null ? {} : { height, width })
