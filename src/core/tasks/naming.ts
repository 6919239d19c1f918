/** Names of outputs and packages (tasks-api.md section 5.4), safe in ZIPs, headers and file systems. */

export interface NameContext {
  /** `{date}` as YYYY-MM-DD. */
  date: string
  /** `{n}`. */
  n: number
  /** `{filename}`: a name whose extension is dropped. */
  filename: string
  /** `{tool}` and `{app}`. */
  tool: string
}

/**
 * One path segment without separators, control characters, leading dots and characters that some systems refuse, at
 * most 200 bytes long; `fallback` when nothing is left.
 */
export function cleanName(name: string, fallback: string): string {
  const cleaned = name
    .normalize('NFC')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '')
    .replaceAll(/[\\/:*?"<>|]/g, '_')
    .trim()
    .replace(/^[. ]+/, '')
    .replace(/[. ]+$/, '')
  const shortened = shorten(cleaned.toWellFormed(), 200)
  return shortened === '' ? fallback : shortened
}

/** The name without its last extension. */
export function stem(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? name : name.slice(0, dot)
}

/** Replaces the placeholders; unknown braces stay literal. */
export function expandPlaceholders(pattern: string, context: NameContext): string {
  return pattern.replaceAll(/\{(date|n|filename|tool|app)\}/g, (_whole, placeholder: string) => {
    switch (placeholder) {
      case 'date':
        return context.date
      case 'n':
        return String(context.n)
      case 'filename':
        return stem(context.filename)
      default:
        return context.tool
    }
  })
}

/**
 * Name of one output: the pattern (or the input's own name) with the extension of the output format, never doubled.
 * A page of several adds its number, written as long as the last one's: `report-01.jpg`.
 */
export function outputName(
  pattern: string | null,
  context: NameContext,
  extension: string,
  page?: { number: number; of: number },
): string {
  const base = pattern === null ? stem(context.filename) : expandPlaceholders(pattern, context)
  const name = withExtension(cleanName(base, 'file'), extension)
  if (page === undefined || page.of < 2) return name
  const number = String(page.number).padStart(String(page.of).length, '0')
  return `${stem(name)}-${number}${name.slice(stem(name).length)}`
}

/**
 * Names inside a package: flat, or every input's outputs in a folder of its own as soon as one input has several (section
 * 7). `inputName` gives an input's file name by its position.
 */
export function packedNames(
  outputs: readonly { position: number; filename: string }[],
  inputName: (position: number) => string,
): string[] {
  const positions = [...new Set(outputs.map(({ position }) => position))]
  if (positions.length === outputs.length) return uniqueNames(outputs.map(({ filename }) => filename))
  const folders = uniqueNames(positions.map((position) => cleanName(stem(inputName(position)), 'file')))
  const folderOf = new Map(positions.map((position, index) => [position, folders[index] ?? 'file']))
  return uniqueNames(outputs.map(({ position, filename }) => `${folderOf.get(position)}/${filename}`))
}

/** Name of the package; the default pattern is `output`. */
export function packageName(pattern: string, context: NameContext): string {
  return withExtension(cleanName(expandPlaceholders(pattern, context), 'output'), 'zip')
}

function withExtension(name: string, extension: string): string {
  const lower = name.toLowerCase()
  const present = lower.endsWith(`.${extension}`) || (extension === 'jpg' && lower.endsWith('.jpeg'))
  return present ? name : `${name}.${extension}`
}

/** Collisions (also by letter case) get `-2`, `-3`… before the extension, in order. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const extension = name.slice(stem(name).length)
    let candidate = name
    for (let number = 2; taken.has(candidate.toLowerCase()); number += 1)
      candidate = `${stem(name)}-${number}${extension}`
    taken.add(candidate.toLowerCase())
    return candidate
  })
}

/** At most `bytes` of UTF-8, cut before the extension and between characters. */
function shorten(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name
  const extension = name.slice(stem(name).length)
  const kept = extension.length <= 20 ? extension : ''
  let base = [...stem(name)]
  while (Buffer.byteLength(base.join('') + kept) > bytes)
    base = base.slice(0, -Math.max(1, Math.floor(base.length / 10)))
  // The cut may lie behind a dot.
  return base.join('').replace(/[. ]+$/, '') + kept
}
