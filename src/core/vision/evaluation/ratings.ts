/** Photos rated by people, from a CSV with the columns `file` and `mos` among any others. */
import { DomainError } from '../../errors.ts'

export interface Rating {
  /** As the CSV names it. */
  file: string
  /** Mean opinion score, on any scale. */
  mos: number
}

/** Commas, semicolons or tabs; a field may stand in double quotes. @throws DomainError naming the line at fault */
export function parseRatings(text: string): Rating[] {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const separator = ['\t', ';', ','].find((mark) => head.includes(mark)) ?? ','
  const names = fieldsOf(head, separator).map((name) => name.trim().toLowerCase())
  const [file, mos] = [names.indexOf('file'), names.indexOf('mos')]
  if (file < 0 || mos < 0) throw new DomainError('invalid', '--csv: its first line must name the columns file and mos.')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const fields = fieldsOf(line, separator)
    const rating = { file: fields[file]?.trim() ?? '', mos: Number(fields[mos]?.trim() || Number.NaN) }
    if (rating.file === '' || !Number.isFinite(rating.mos))
      throw new DomainError('invalid', `--csv: line ${index + 2} needs a file and a number as mos.`)
    return [rating]
  })
}

function fieldsOf(line: string, separator: string): string[] {
  const fields: string[] = []
  let [field, quoted] = ['', false]
  for (let at = 0; at < line.length; at++) {
    const mark = line[at] ?? ''
    if (mark === '"' && quoted && line[at + 1] === '"') {
      field += mark
      at++
    } else if (mark === '"') quoted = !quoted
    else if (mark === separator && !quoted) {
      fields.push(field)
      field = ''
    } else field += mark
  }
  return [...fields, field]
}
