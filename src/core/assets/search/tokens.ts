/** Cuts a search expression into tokens. A colon ends a name but may stand in a value (`10:30:00`), so the reader says which it expects. */
import { refuse, type Source } from './syntax.ts'

export type Token =
  | { kind: 'quoted'; text: string; at: number }
  /** A name, keyword, number, boolean or date. */
  | { kind: 'word'; text: string; at: number }
  | { kind: 'sign'; text: string; at: number }
  | { kind: 'end'; text: ''; at: number }

export interface Tokens {
  /** The next token, without taking it. `value`: a colon, dot, plus or minus belongs to a word. */
  peek(as?: 'name' | 'value'): Token
  /** Takes the next token. */
  take(as?: 'name' | 'value'): Token
}

const blank = /\s*/y
// A dot, too, only to say that dotted names need quotes.
const nameWord = /[A-Za-z_][A-Za-z0-9_.]*/y
const valueWord = /[A-Za-z0-9_:.+-]+/y
const sign = /<=|>=|[()[\],=:<>]/y

export function createTokens(source: Source): Tokens {
  const { text } = source
  let position = 0

  function read(as: 'name' | 'value'): { token: Token; next: number } {
    const at = match(blank, text, position).end
    if (at >= text.length) return { token: { kind: 'end', text: '', at }, next: at }
    const character = text.charAt(at)
    if (character === '"' || character === "'") return readQuoted(source, at)
    const word = match(as === 'name' ? nameWord : valueWord, text, at)
    if (word.text !== '' && !(as === 'value' && /^:/.test(word.text))) {
      return { token: { kind: 'word', text: word.text, at }, next: word.end }
    }
    const found = match(sign, text, at)
    if (found.text === '') throw refuse(source, at, unexpected(text, at))
    return { token: { kind: 'sign', text: found.text, at }, next: found.end }
  }

  return {
    peek: (as = 'name') => read(as).token,
    take(as = 'name') {
      const { token, next } = read(as)
      position = next
      return token
    },
  }
}

function match(pattern: RegExp, text: string, at: number): { text: string; end: number } {
  pattern.lastIndex = at
  const found = pattern.exec(text)?.[0] ?? ''
  return { text: found, end: at + found.length }
}

/** A backslash takes the character after it as it is. */
function readQuoted(source: Source, at: number): { token: Token; next: number } {
  const { text } = source
  const mark = text.charAt(at)
  let content = ''
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === mark) return { token: { kind: 'quoted', text: content, at }, next: index + 1 }
    if (character === '\\') index += 1
    content += text.charAt(index)
  }
  throw refuse(source, at, `the quotation mark ${mark} is never closed`)
}

function unexpected(text: string, at: number): string {
  if (text.startsWith('!=', at)) return 'write NOT = instead of !='
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return `unexpected ${character}; names and texts other than letters and digits belong in quotation marks`
}
