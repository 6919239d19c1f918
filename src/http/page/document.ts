/**
 * A whole HTML page with its security headers. Style and script stand in the page itself and are allowed by their
 * hashes, so a page works under any host name and needs no second request; scripts from files are allowed by their
 * paths. `'self'` is never allowed: on this origin it would trust what users upload.
 */
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { type Html, html, htmlText, rawHtml } from './html.ts'

export interface Page {
  title: string
  /** One sentence for search engines and link previews. */
  description: string
  body: Html
  /** Inline style sheets and scripts, in order; must not contain a closing tag. */
  styles: readonly string[]
  scripts: readonly string[]
  /** An SVG image. */
  icon: string
  status?: number
  /**
   * Files from this server: paths (with a leading slash) of scripts, style sheets, and what scripts may call; of pictures
   * and films; where forms go.
   */
  files?: {
    script?: readonly string[]
    style?: readonly string[]
    connect?: readonly string[]
    image?: readonly string[]
    media?: readonly string[]
    form?: readonly string[]
  }
  /** Authorities (`host:port`) under which this server is reached; needed with `files`. */
  hosts?: readonly string[]
  /** Kept out of search engines. */
  noindex?: true
  /** Origins whose pages may show this one in a frame; absent: none, nor may another page hold on to its window. */
  framedBy?: readonly string[]
}

/** Sends the page; it is never cached, since it may carry keys. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.status ?? 200)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy(page),
      'x-content-type-options': 'nosniff',
      ...(page.framedBy === undefined
        ? { 'x-frame-options': 'DENY', 'cross-origin-opener-policy': 'same-origin' }
        : {}),
      ...(page.noindex ? { 'x-robots-tag': 'noindex, nofollow' } : {}),
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      vary: 'Cookie',
    })
    .send(htmlText(render(page)))
}

function render({ title, description, body, styles, scripts, icon, files, noindex }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description}">
<meta name="color-scheme" content="light dark">
${noindex && html`<meta name="robots" content="noindex, nofollow">\n`}<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
${(files?.style ?? []).map((path) => html`<link rel="stylesheet" href="${path}">\n`)}${styles.map((style) => html`<style>${rawHtml(style)}</style>\n`)}</head>
<body>
${body}
${(files?.script ?? []).map((path) => html`<script src="${path}" defer></script>\n`)}${scripts.map((script) => html`<script type="module">${rawHtml(script)}</script>\n`)}</body>
</html>
`
}

/** The page's Content-Security-Policy: nothing but what the page itself names. */
export function pagePolicy({
  styles,
  scripts,
  files,
  hosts,
  framedBy,
}: Pick<Page, 'styles' | 'scripts' | 'files' | 'hosts' | 'framedBy'>): string {
  const authorities = [...new Set(hosts)].filter((host) => /^[a-z0-9.-]+(:\d+)?$/i.test(host))
  const paths = (list: readonly string[] | undefined) =>
    (list ?? []).flatMap((path) => authorities.map((authority) => `${authority}${path}`))
  const directive = (name: string, sources: readonly string[]) => `${name} ${sources.join(' ') || "'none'"}`
  return [
    "default-src 'none'",
    directive('script-src', [...scripts.map(hashSource), ...paths(files?.script)]),
    directive('style-src', [...styles.map(hashSource), ...paths(files?.style)]),
    directive('connect-src', paths(files?.connect)),
    // Swagger UI shows a downloaded image from a blob.
    ['img-src', 'data:', ...(files === undefined ? [] : ['blob:']), ...paths(files?.image)].join(' '),
    ...(files?.media === undefined ? [] : [directive('media-src', paths(files.media))]),
    "base-uri 'none'",
    directive('form-action', paths(files?.form)),
    directive('frame-ancestors', framedBy ?? []),
  ].join('; ')
}

const hashSource = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
