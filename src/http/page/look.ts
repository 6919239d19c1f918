/** How the pages of this server look: made where the pages of the server itself are, handed to the APIs that have pages. */
import type { Html } from './html.ts'

export interface PageLook {
  /** Inline assets of every page. */
  style: string
  script: string
  /** An SVG image. */
  logo: string
  /** Paths of Swagger UI's files on this server. */
  swagger: { script: string; style: string }
  /** Head bar, content, foot. */
  framed(content: Html): Html
  /** With a copy button; `label` tells screen readers what it is. */
  codeBlock(label: string, code: string): Html
  table(head: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html
  /** Text with `code` in backticks. */
  prose(text: string): Html
  /** The list of chapters beside the text, or above it on a phone. */
  contents(chapters: readonly (readonly [id: string, title: string])[]): Html
}
