/** PDFs written by hand: one colour a page, with a black square in the upper left corner that tells up from down. */
import type { Rgb } from './pictures.ts'

export interface PdfPage {
  colour: Rgb
  /** Points, 72 to the inch. */
  width?: number
  height?: number
}

/** `kids` repeats the list of pages as often. */
export function pdf(pages: readonly PdfPage[], kids = 1): Buffer {
  const references = pages.map((_, index) => `${3 + index * 2} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length * kids} /Kids [${`${references} `.repeat(kids)}] >>`,
    ...pages.flatMap(({ colour, width = 96, height = 48 }, index) => {
      const fill = colour.map((value) => (value / 255).toFixed(4)).join(' ')
      const drawing = `${fill} rg 0 0 ${width} ${height} re f 0 0 0 rg 0 ${height - 12} 12 12 re f`
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents ${4 + index * 2} 0 R >>`,
        `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
      ]
    }),
  ]
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  return Buffer.from(
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`,
    'latin1',
  )
}
