/** Whether the EXIF block or colour profile of an APPn segment is sound enough to be kept. */

/** `body`: the segment behind its length. Unknown segments are taken as they are. */
export function isSoundMetadata(marker: number, body: Uint8Array): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 14)).toString('latin1')
  if (marker === 0xe1 && text.startsWith('Exif\0\0')) return isSoundExif(body.subarray(6))
  if (marker === 0xe2 && text.startsWith('ICC_PROFILE\0')) {
    return body[12] === 1 && body[13] === 1 ? isSoundProfile(body.subarray(14)) : body.length > 14
  }
  return true
}

/** A TIFF structure whose first directory lies inside. */
export function isSoundExif(tiff: Uint8Array): boolean {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (tiff.length < 14) return false
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return false
  const little = order === 0x4949
  const at = view.getUint32(4, little)
  if (view.getUint16(2, little) !== 42 || at < 8 || at + 2 > tiff.length) return false
  return at + 2 + view.getUint16(at, little) * 12 <= tiff.length
}

/** An ICC profile: its signature, and a size that is not beyond what is there. */
export function isSoundProfile(profile: Uint8Array): boolean {
  if (profile.length < 128) return false
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength)
  const tags = profile.length >= 132 ? view.getUint32(128) : 0
  return view.getUint32(36) === 0x61637370 && view.getUint32(0) <= profile.length + 3 && tags > 0 && tags < 200
}

/** The sides that EXIF says the picture has (tags 0xa002, 0xa003). */
export function exifSides(segments: readonly Uint8Array[]): { width: number; height: number } | undefined {
  for (const segment of segments) {
    const tiff = segment.subarray(10)
    if (segment[1] !== 0xe1 || !isSoundExif(tiff)) continue
    const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
    const little = view.getUint16(0) === 0x4949
    const main = entries(view, view.getUint32(4, little), little)
    const exif = main.get(0x8769)
    const details = exif === undefined ? main : entries(view, exif, little)
    const [width, height] = [details.get(0xa002) ?? 0, details.get(0xa003) ?? 0]
    if (width > 0 && height > 0) return { width, height }
  }
  return undefined
}

/** Single short and long values of a directory. */
function entries(view: DataView, at: number, little: boolean): Map<number, number> {
  const found = new Map<number, number>()
  if (at + 2 > view.byteLength) return found
  const count = Math.min(view.getUint16(at, little), 200)
  for (let index = 0; index < count; index += 1) {
    const entry = at + 2 + index * 12
    if (entry + 12 > view.byteLength) break
    const type = view.getUint16(entry + 2, little)
    if (type === 3) found.set(view.getUint16(entry, little), view.getUint16(entry + 8, little))
    if (type === 4) found.set(view.getUint16(entry, little), view.getUint32(entry + 8, little))
  }
  return found
}
