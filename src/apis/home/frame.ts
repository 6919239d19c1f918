/** What every page of this server has around its content: head bar, foot, and the small parts the pages share. */
import { type Html, html, rawHtml } from '../../http/page/html.ts'
import { placeholders } from './samples.ts'
import { accountPlaceholders } from './samples-scoring.ts'
import { siteKeyPlaceholder } from './samples-sites.ts'

/** The APIs in the order they are shown. */
export const apis = [
  {
    name: 'Tasks API',
    speaks: 'iLoveIMG, iLoveAPI',
    path: '/docs/tasks',
    text: 'Start, upload, process, download: resize, crop, compress, convert, rotate and watermark images in batches.',
  },
  {
    name: 'Library API',
    speaks: 'ImageKit',
    path: '/docs/library',
    text: 'Upload, search, folders, versions, tags and custom fields for a library of images.',
  },
  {
    name: 'Image URLs',
    speaks: 'ImageKit delivery',
    path: '/docs/images',
    text: 'Transformations in the address, signed links, the best format for each browser.',
  },
  {
    name: 'Scoring API',
    speaks: 'PhotoILike',
    path: '/docs/scoring',
    text: 'A score from 0 to 10 and labels for every photo, computed on your own machines.',
  },
  {
    name: 'Sites API',
    speaks: 'photoSentinel',
    path: '/docs/sites',
    text: 'Cameras and installations over the years: photos by day, calendars, time-lapse.',
  },
] as const satisfies readonly { name: string; speaks: string; path: string; text: string }[]

/** The entries of the head bar. */
export type PageName = 'docs' | 'tasks' | 'library' | 'images' | 'scoring' | 'sites'

interface Frame {
  logo: string
  version: string
  /** The entry that this page is. */
  current?: PageName
}

export function framed({ logo, version, current }: Frame, content: Html): Html {
  const link = (name: PageName, path: string, text: string) =>
    html`<a href="${path}"${current === name && html` aria-current="page"`}>${text}</a>`
  return html`<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
<a class="brand" href="/">${rawHtml(logo)}Imagestead</a>
<nav class="nav" aria-label="Main">${link('docs', '/docs', 'Docs')}${link('tasks', '/docs/tasks', 'Tasks API')}${link('library', '/docs/library', 'Library API')}${link('images', '/docs/images', 'Image URLs')}${link('scoring', '/docs/scoring', 'Scoring API')}${link('sites', '/docs/sites', 'Sites API')}</nav>
</header>
<main id="content">
${content}
</main>
<footer class="foot">
<p>Imagestead ${version}. Apache-2.0.</p>
<p><a href="/readyz">Health</a></p>
</footer>`
}

/** A code block; placeholders stand out and comment lines step back. `label` tells screen readers what it is. */
export function codeBlock(label: string, code: string): Html {
  const slots = new RegExp(
    `(${[...Object.values({ ...placeholders, ...accountPlaceholders }), siteKeyPlaceholder].join('|')})`,
  )
  const lines = code.split('\n').map((line, index) => {
    const marked = line.split(slots).map((part, place) => (place % 2 === 1 ? html`<mark>${part}</mark>` : part))
    const isComment = /^\s*(\/\/|# )/.test(line)
    return html`${index > 0 && '\n'}${isComment ? html`<i>${marked}</i>` : marked}`
  })
  return html`<div class="sample" role="group" aria-label="${label}"><pre tabindex="0"><code>${lines}</code></pre></div>`
}

/** On a phone the rows become blocks: the roles keep them a table, the heads stand before the cells. */
export function table(head: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html {
  const cell = (content: Html | string, column: number) =>
    html`<td role="cell" data-head="${head[column]}">${content}</td>`
  return html`<div class="table" tabindex="0" role="region" aria-label="${head.join(', ')}"><table role="table">
<thead role="rowgroup"><tr role="row">${head.map((title) => html`<th role="columnheader" scope="col">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`
}

/** Text with `code` in backticks, as the tables are written. */
export function prose(text: string): Html {
  return html`${text.split('`').map((part, place) => (place % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
