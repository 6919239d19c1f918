/** A file that image URLs show: of the library, or fetched from an origin. */

import type { Asset } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import type { FoundFile } from '../origins/fetch.ts'

export interface Source
  extends Pick<
    Asset,
    | 'project'
    | 'blob'
    | 'name'
    | 'mime'
    | 'format'
    | 'kind'
    | 'size'
    | 'width'
    | 'height'
    | 'isPrivate'
    | 'customCoordinates'
  > {
  /** Epoch milliseconds. */
  modified: number
  /** For `Link: <…>; rel="canonical"`, where the origin wants it. */
  canonical?: string
}

export function assetSource(asset: Asset): Source {
  const { project, blob, name, mime, format, kind, size, width, height, isPrivate, customCoordinates } = asset
  return {
    project,
    blob,
    name,
    mime,
    format,
    kind,
    size,
    width,
    height,
    isPrivate,
    customCoordinates,
    modified: asset.updated,
  }
}

export function fileSource({ path, created, canonical, ...file }: FoundFile): Source {
  const { project, blob, mime, format, kind, size, width, height, isPrivate } = file
  return {
    project,
    blob,
    name: lastPart(path),
    mime,
    format,
    kind,
    size,
    width,
    height,
    isPrivate,
    customCoordinates: null,
    modified: created,
    ...(canonical === undefined ? {} : { canonical }),
  }
}

/** Of a path, or of a URL without its query. */
const lastPart = (path: string) =>
  path
    .replace(/[?#].*$/, '')
    .split('/')
    .at(-1) || 'file'

export const noFile = (path: string) =>
  new DomainError('not_found', `There is no file at ${path.slice(0, 200)}.`, { param: 'path' })
