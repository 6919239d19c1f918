/** Text-level care for SVG: a size when it has none, and a minification that cannot change what is drawn. */

/** CSS's size of a picture that has none. */
const fallback = { width: 300, height: 150 }

const rootTag = /<((?:[\w-]+:)?svg)(\s[^>]*?)?(\/?)>/

/**
 * The SVG with usable sides on its root element (its own where they are numbers, of the viewBox, or 300x150; at least
 * 1 px) and without comments before it, which may hide it from the renderer. Undefined when there is no root element.
 */
export function sizedSvg(svg: Buffer): Buffer | undefined {
  const text = svg.toString('utf8')
  const root = rootTag.exec(text)
  if (root === null) return undefined
  const attributes = root[2] ?? ''
  const box = /\sviewBox\s*=\s*["'][^"']*?([\d.]+)[\s,]+([\d.]+)\s*["']/.exec(attributes)
  const side = (name: 'width' | 'height', boxSide: string | undefined) => {
    const value = Number.parseFloat(
      new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)(?![\\d.]|\\s*%)`).exec(attributes)?.[1] ?? boxSide ?? '',
    )
    return value > 0 ? Math.max(1, value) : fallback[name]
  }
  const kept = attributes.replace(/\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')/g, '')
  const tag = `<${root[1]}${kept} width="${side('width', box?.[1])}" height="${side('height', box?.[2])}"${root[3]}>`
  const prologue = text.slice(0, root.index).replace(/<!--[\s\S]*?-->/g, '')
  return Buffer.from(prologue + tag + text.slice(root.index + root[0].length))
}

/**
 * Removes comments and `metadata` elements, and the blanks between tags where no text, style or script could notice.
 * Documents with CDATA or a document type come back unchanged: there a comment's characters may be content.
 */
export function minifySvg(svg: Buffer): Buffer {
  const text = svg.toString('utf8')
  if (!Buffer.from(text).equals(svg) || /<!\[CDATA\[|<!DOCTYPE/i.test(text)) return svg
  let small = text.replace(/<!--[\s\S]*?-->/g, '').replace(/<metadata(\s[^>]*)?>[\s\S]*?<\/metadata>/g, '')
  if (!/<(?:[\w-]+:)?(?:text|style|script|foreignObject)[\s>]|xml:space/.test(small)) {
    small = small.replace(/>\s+</g, '><')
  }
  return Buffer.from(small.trim())
}
