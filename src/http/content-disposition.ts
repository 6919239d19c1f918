/** Content-Disposition that every client can read (tasks-api.md section 7): quoted ASCII first, RFC 5987 last and only when needed. */

/** `attachment; filename="foto 1.jpg"; filename*=utf-8''%D1%84…` with a lower-case `utf-8`; pure ASCII: the quoted form alone. */
export function attachment(filename: string): string {
  const ascii = toAscii(filename)
  const quoted = `attachment; filename="${ascii}"`
  return ascii === filename ? quoted : `${quoted}; filename*=utf-8''${encode(filename)}`
}

/** For what is shown where it stands, with both forms always. */
export function inline(filename: string): string {
  return `inline; filename="${toAscii(filename)}"; filename*=utf-8''${encode(filename)}`
}

/** Printable ASCII without quotes and backslashes: accents dropped, Cyrillic transliterated, the rest replaced by `_`. */
function toAscii(name: string): string {
  const spelled = [...name].map((character) => cyrillic(character)).join('')
  return spelled
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^\x20-\x7e]|["\\]/gu, '_')
}

const lower = 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'
const latin = 'a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya'.split(' ')

function cyrillic(character: string): string {
  const small = character.toLowerCase()
  const spelling = latin[lower.indexOf(small)]?.replace('_', '')
  if (spelling === undefined) return character
  return small === character ? spelling : spelling.charAt(0).toUpperCase() + spelling.slice(1)
}

/** Percent-encodes everything but RFC 5987's attr-char. */
function encode(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
