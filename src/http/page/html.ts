/** HTML by a tagged template: every value is escaped unless it is markup made here. */

const trusted: unique symbol = Symbol('html')

/** Markup that may be sent as it is. */
export interface Html {
  readonly [trusted]: string
}

export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[]

/** html`<p>${anything}</p>`: text is escaped, markup and lists of it are kept, false, null and undefined are nothing. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { [trusted]: strings.reduce((text, part, index) => text + render(values[index - 1]) + part) }
}

/** Markup from a source that is our own, such as a file of this package. */
export function rawHtml(text: string): Html {
  return { [trusted]: text }
}

/** The finished text. */
export function htmlText(markup: Html): string {
  return markup[trusted]
}

/** Text made safe for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function render(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  return isList(value) ? value.map(render).join('') : value[trusted]
}

const isList = (value: Html | readonly HtmlValue[]): value is readonly HtmlValue[] => Array.isArray(value)
