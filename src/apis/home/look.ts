/** The look of the pages, for APIs that have some of their own (http/page/look.ts). */
import type { PageLook } from '../../http/page/look.ts'
import { createFileAssets, readInlineAssets } from './assets.ts'
import { contents } from './docs.ts'
import { codeBlock, framed, prose, table } from './frame.ts'

export function createLook(version: string): PageLook {
  const { style, script, logo } = readInlineAssets()
  const files = createFileAssets(logo)
  return {
    style,
    script,
    logo,
    swagger: { script: files.swaggerScript, style: files.swaggerStyle },
    framed: (content) => framed({ logo, version }, content),
    codeBlock,
    table,
    prose,
    contents,
  }
}
