/** `transformation.pre` of an upload (media-library-api.md section 5.3): "the stored file is the result". */
import { discardBytes, type StoredBytes } from '../blobs/stored.ts'
import type { Caller } from '../caller.ts'
import { findLayers, type LayerSources } from '../delivery/layers.ts'
import { findAsset } from '../delivery/place.ts'
import { assetSource } from '../delivery/source.ts'
import { DomainError, invalid } from '../errors.ts'
import { blobKey } from '../ids.ts'
import type { LocalFile, Repositories } from '../ports.ts'
import type { Part, Transformation } from '../processing/transformation.ts'
import { estimateCost } from '../transformations/language/cost.ts'
import { expandNamed } from '../transformations/language/names.ts'
import { parseTransformation } from '../transformations/language/parse.ts'
import type { Content } from './content.ts'
import type { AssetDeps } from './deps.ts'

const param = 'transformation.pre'
const deadlineMs = 30_000

export interface PreTransformation {
  /** As the request gave it. */
  text: string
  wanted: Transformation
  layers: LayerSources
}

/** With its named transformations, and the library's files for its layers. @throws DomainError invalid with param `transformation.pre` */
export async function readPre(
  read: Pick<Repositories, 'namedTransformations' | 'folders' | 'assets'>,
  { project }: Pick<Caller, 'project'>,
  text: string,
): Promise<PreTransformation> {
  const stored = async (name: string) => {
    const found = await read.namedTransformations.findByName(project.id, name)
    return found?.enabled ? found.transformation : undefined
  }
  const wanted = parseTransformation(await expandNamed(text, stored, param), { param })
  const layers = await findLayers(wanted.parts, async (path) => {
    const asset = await findAsset(read, project.id, { path })
    return asset?.isPublished ? assetSource(asset) : undefined
  }).catch((error: unknown) => {
    throw error instanceof DomainError && error.code === 'invalid'
      ? invalid(param, `${param}: ${error.message}`)
      : error
  })
  return { text, wanted, layers }
}

/** The result's bytes, durable; those given are deleted. The same bytes come back when nothing is to be done. */
export async function preTransform(
  { blobs, engine }: AssetDeps,
  { project, signal }: Pick<Caller, 'project' | 'signal'>,
  stored: StoredBytes,
  { width, height }: Pick<Content, 'width' | 'height'>,
  { wanted, layers }: PreTransformation,
): Promise<StoredBytes> {
  const { parts, original } = wanted
  if (original || parts.length === 0) return stored
  estimateCost(wanted, { width: width ?? 1, height: height ?? 1 })
  const { images, fonts } = layers
  const files: LocalFile[] = []
  try {
    for (const key of [stored.key, ...layers.imageBlobs, ...layers.fontBlobs]) {
      files.push(await blobs.localFile(key, signal))
    }
    const paths = files.map((file) => file.path)
    const path = blobs.workFile()
    const result = await engine.run(
      {
        sources: paths.slice(0, 1 + images.length).map((source) => ({ path: source })),
        fonts: paths.slice(1 + images.length),
        operations: { transform: { parts: keepingFormat(parts), images, fonts, accepts: [] } },
        output: { format: 'same' },
        tolerant: false,
      },
      { path },
      { lane: 'interactive', deadlineMs, signal },
    )
    if (result.unchanged) return stored
    const { size, sha256, crc32 } = result
    const key = blobKey(project.id)
    await blobs.adopt(path, key, { size, sha256, crc32 })
    await discardBytes(blobs, stored)
    return { key, size, sha256, crc32 }
  } finally {
    for (const file of files) file.release()
  }
}

/** No request's Accept header chooses the format of a stored file: unless it is said, it stays. */
const keepingFormat = (parts: readonly Part[]): readonly Part[] =>
  saysFormat(parts) ? parts : [...parts, { type: 'step', output: { format: 'orig' } }]

const saysFormat = (parts: readonly Part[]): boolean =>
  parts.some((part) =>
    part.type === 'if'
      ? saysFormat(part.then) || saysFormat(part.otherwise)
      : part.output?.format !== undefined && part.output.format !== 'auto',
  )
