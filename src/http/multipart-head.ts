/** Heads of multipart parts: Content-Disposition and Content-Type as browsers, curl, PHP and .NET write them. */

export interface PartHead {
  name: string
  /** Last part of its path; undefined: none, or an empty one. */
  filename: string | undefined
  /** Media type, `text/plain` when absent. */
  type: string
  charset: string
}

/** Undefined: no form field, to be skipped. */
export function readPartHead(head: string): PartHead | undefined {
  const fields = headerFields(head)
  const disposition = readParameters(fields.get('content-disposition') ?? '')
  if (disposition.value !== 'form-data') return undefined
  const { name = '', filename, ...more } = disposition.parameters
  const { value: type, parameters } = readParameters(fields.get('content-type') ?? '')
  const given = extended(more['filename*']) ?? filename
  return {
    name,
    filename: given === undefined ? undefined : lastPart(given) || undefined,
    type: type === '' ? 'text/plain' : type,
    charset: parameters.charset?.toLowerCase() ?? 'utf-8',
  }
}

/** `form-data; name="a"` and the like: the value in lower case, and its parameters. */
export function readParameters(text: string): { value: string; parameters: Record<string, string | undefined> } {
  const end = text.indexOf(';')
  const parameters: Record<string, string | undefined> = Object.create(null)
  const pattern = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^;]*))/g
  for (const [, name = '', quoted, plain = ''] of text.matchAll(pattern)) {
    // A backslash stands for itself before all but quotation marks and backslashes: `C:\photos\a.jpg` is sent as it is.
    parameters[name.toLowerCase()] ??= quoted?.replaceAll(/\\(["\\])/g, '$1') ?? plain.trim()
  }
  return { value: (end === -1 ? text : text.slice(0, end)).trim().toLowerCase(), parameters }
}

/** Text in the charset the part names; an unknown one: UTF-8. */
export function decodeText(bytes: Buffer, charset: string): string {
  try {
    return charset === 'utf-8' || charset === 'utf8' ? bytes.toString('utf8') : new TextDecoder(charset).decode(bytes)
  } catch {
    return bytes.toString('utf8')
  }
}

function headerFields(head: string): Map<string, string> {
  const fields = new Map<string, string>()
  // Folded lines continue the one before.
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}

/** `utf-8''caf%C3%A9.jpg` (RFC 5987). */
function extended(text: string | undefined): string | undefined {
  const parts = /^([^']*)'[^']*'(.*)$/s.exec(text ?? '')
  if (parts === null) return undefined
  const [, charset = '', value = ''] = parts
  const bytes = Buffer.from(
    value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  return decodeText(bytes, charset.toLowerCase())
}

const lastPart = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
