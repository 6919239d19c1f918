/**
 * Runs inside a page (as text: it knows no DOM types here): every visible text of our own whose contrast with what lies
 * behind it is below WCAG AA, 4.5 to 1, or 3 to 1 for large text.
 */
export const unreadableTexts = String.raw`(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const found = []
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('#swagger, svg, script, style')) continue
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('')
    if (own === '' || element.getClientRects().length === 0) continue
    const style = getComputedStyle(element)
    const size = Number.parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    const [a, b] = [luminance(channels(style.color)), luminance(behind(element))].sort((x, y) => y - x)
    const contrast = (a + 0.05) / (b + 0.05)
    if (contrast < (large ? 3 : 4.5)) found.push(contrast.toFixed(2) + ' ' + own.slice(0, 40))
  }
  return found
})()`
