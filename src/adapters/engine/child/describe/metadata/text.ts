/** Texts out of metadata: of unknown length and coding, with anything in them. */
import { metadataBounds } from '../../../../../core/processing/description.ts'

/**
 * One text, fit for JSON and databases: no control characters but line ends and tabs, no halves of pairs, no blanks
 * around it, not longer than the bound.
 */
export function clean(text: string): string {
  return text
    .slice(0, metadataBounds.text * 2)
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim()
    .slice(0, metadataBounds.text)
    .toWellFormed()
}

/** Bytes that should be UTF-8 and often are Latin-1. */
export function decodeText(bytes: Buffer): string {
  const cut = bytes.subarray(0, metadataBounds.text * 4)
  try {
    // A character that the cut goes through does not make it Latin-1.
    return new TextDecoder('utf-8', { fatal: true }).decode(cut, { stream: cut.length < bytes.length })
  } catch {
    return cut.toString('latin1')
  }
}
