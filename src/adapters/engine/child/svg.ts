/** Text-level care for SVG: a size when it has none, and a minification that cannot change what is drawn. */

/** CSS's size of a picture that has none. */
const fallback = { width: 300, height: 150 }

const rootTag = /<((?:[\w-]+:)?svg)(\s[^>]*?)?(\/?)>/

/**
 * The SVG with usable sides on its root element: its own where they are numbers (at least 1 px), else 300x150.
 * Undefined when no root element can be found.
 */
export function sizedSvg(svg: Buffer): Buffer | undefined {
  const text = svg.toString('utf8')
  const root = rootTag.exec(text)
  if (root === null) return undefined
  const attributes = root[2] ?? ''
  const side = (name: 'width' | 'height') => {
    const value = Number.parseFloat(new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)`).exec(attributes)?.[1] ?? '')
    return value > 0 ? Math.max(1, value) : fallback[name]
  }
  const kept = attributes.replace(/\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')/g, '')
  const tag = `<${root[1]}${kept} width="${side('width')}" height="${side('height')}"${root[3]}>`
  return Buffer.from(text.slice(0, root.index) + tag + text.slice(root.index + root[0].length))
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
