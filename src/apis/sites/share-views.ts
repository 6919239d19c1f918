/** The markup of share pages; it works without scripts. */
import type { JudgedCapture } from '../../core/sites/records.ts'
import { largest } from '../../core/sites/shared-photos.ts'
import type { Variant } from '../../core/sites/variants.ts'
import { formatDay, formatLocal } from '../../core/sites/zones.ts'
import { type Html, html, rawHtml } from '../../http/page/html.ts'

interface Base {
  title: string
  /** Of the share's page. */
  path: string
}

const fileOf = (path: string, id: string, variant: string) => `${path}/file/${id}/${variant}`
const dates = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
/** `Tuesday 1 June 2021`; whether there is a comma depends on the system's own data. */
const dateOf = (day: number) =>
  dates
    .formatToParts(new Date(`${formatDay(day)}T00:00:00Z`))
    .flatMap(({ type, value }) => (type === 'literal' ? [] : value))
    .join(' ')
const timeOf = ({ taken, offset }: JudgedCapture) => formatLocal(taken, offset).slice(11, 16)
const momentOf = (photo: JudgedCapture) => `${dateOf(photo.day)}, ${timeOf(photo)}`
const counted = (count: number) => (count === 1 ? '1 photo' : `${count.toLocaleString('en-GB')} photos`)

export function framedShare(logo: string, content: Html): Html {
  return html`<a class="skip" href="#content">Skip to the content</a>
<main id="content">
${content}
</main>
<footer class="foot"><p><span class="brand">${rawHtml(logo)}Shared with Imagestead</span></p></footer>`
}

export const messageView = (title: string, text: string): Html =>
  html`<div class="message"><h1>${title}</h1><p>${text}</p></div>`

export const passwordView = (path: string, said?: string): Html => html`<div class="message">
<h1>Shared photos</h1>
<p>Who sent you this link gave you a password, too.</p>
<form class="card" method="post" action="${path}">
${said !== undefined && html`<p class="said" id="said" role="alert">${said}</p>`}
<label>Password<input name="password" type="password" required maxlength="200" autocomplete="current-password"
 autofocus${said !== undefined && html` aria-invalid="true" aria-describedby="said"`}></label>
<button class="button">Show the photos</button>
</form>
</div>`

interface DayView extends Base {
  day: number | null
  count: number
  photos: readonly JudgedCapture[]
  more: boolean
  before: number | null
  after: number | null
}

export function dayView({ title, path, day, count, photos, more, before, after }: DayView): Html {
  if (day === null) return html`<h1>${title}</h1><p class="lead">There are no photos yet.</p>`
  const last = photos.at(-1)
  return html`<h1>${title}</h1>
<p class="lead">${dateOf(day)} · ${counted(count)}</p>
<nav class="days" aria-label="Days">
${step(before, 'prev', '← Earlier day')}
<form method="get" action="${path}"><label>Day <input type="date" name="date" value="${formatDay(day)}" required></label>
<button class="button quiet small">Show</button></form>
${step(after, 'next', 'Later day →')}
</nav>
${photos.length === 0 ? html`<p class="empty">No photos on this day.</p>` : grid(path, photos, timeOf)}
${more && last !== undefined && html`<p><a class="button quiet" href="${path}?date=${formatDay(day)}&amp;after=${last.id}">More of this day</a></p>`}`

  function step(to: number | null, rel: string, text: string): Html {
    return to === null
      ? html`<span class="button quiet small off" aria-hidden="true">${text}</span>`
      : html`<a class="button quiet small" rel="${rel}" href="${path}?date=${formatDay(to)}">${text}</a>`
  }
}

export function chosenView({ title, path, photos }: Base & { photos: readonly JudgedCapture[] }): Html {
  return html`<h1>${title}</h1>
<p class="lead">${counted(photos.length)}</p>
${photos.length === 0 ? html`<p class="empty">The photos are gone.</p>` : grid(path, photos, momentOf)}`
}

const grid = (path: string, photos: readonly JudgedCapture[], told: (photo: JudgedCapture) => string) =>
  html`<ul class="grid">${photos.map(
    (photo, at) => html`<li><a href="${path}?photo=${photo.id}"><img src="${fileOf(path, photo.id, 'thumb')}"
 alt="Photo of ${momentOf(photo)}" width="${photo.width}" height="${photo.height}"${at > 11 && html` loading="lazy"`}>
<span>${told(photo)}</span></a></li>\n`,
  )}</ul>`

interface PhotoView extends Base {
  photo: JudgedCapture
  before: JudgedCapture | undefined
  after: JudgedCapture | undefined
  seen: readonly Variant[]
  download: boolean
}

export function photoView({ title, path, photo, before, after, seen, download }: PhotoView): Html {
  const full = seen.at(-1) ?? 'thumb'
  return html`<h1>${title}</h1>
<p class="lead">${momentOf(photo)}</p>
<figure class="large"><img src="${fileOf(path, photo.id, largest(seen))}" alt="Photo of ${momentOf(photo)}"
 width="${photo.width}" height="${photo.height}"></figure>
<nav class="days" aria-label="Photos">
${step(before, 'prev', '← Before')}
<a class="button quiet small" href="${path}?date=${formatDay(photo.day)}">All photos</a>
${step(after, 'next', 'After →')}
</nav>
${download && html`<p><a class="button" href="${fileOf(path, photo.id, full)}" download>Download</a></p>`}`

  function step(to: JudgedCapture | undefined, rel: string, text: string): Html {
    return to === undefined
      ? html`<span class="button quiet small off" aria-hidden="true">${text}</span>`
      : html`<a class="button quiet small" rel="${rel}" href="${path}?photo=${to.id}">${text}</a>`
  }
}

interface FilmView extends Base {
  film: string
  /** Tells whether it is played or is an animated picture. */
  filename: string
}

export function filmView({ download, ...view }: FilmView & { download: boolean }): Html {
  const { title, path, film } = view
  return html`<h1>${title}</h1>
<figure class="large">${player(view)}</figure>
${download && html`<p><a class="button" href="${fileOf(path, film, 'video')}" download>Download</a></p>`}`
}

function player({ title, path, film, filename }: FilmView): Html {
  const video = fileOf(path, film, 'video')
  return /\.(webp|gif)$/.test(filename)
    ? html`<img src="${video}" alt="${title}">`
    : html`<video controls playsinline preload="none" poster="${fileOf(path, film, 'poster')}" aria-label="${title}" src="${video}"></video>`
}

export const embeddedFilm = (view: FilmView): Html => html`<figure class="embed">${player(view)}</figure>`

export function embeddedPhoto({
  title,
  path,
  photo,
  variant,
}: Base & { photo: JudgedCapture; variant: Variant }): Html {
  return html`<figure class="embed"><a href="${path}" target="_blank" rel="noopener"><img src="${fileOf(path, photo.id, variant)}"
 alt="${title}: photo of ${momentOf(photo)}"></a>
<figcaption><span>${title}</span> <time datetime="${formatLocal(photo.taken, photo.offset)}">${momentOf(photo)}</time></figcaption></figure>`
}
