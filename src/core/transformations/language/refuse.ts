/** Refusals of a transformation text: what is wrong, where, and what would be right. */
import { type DomainError, invalid } from '../../errors.ts'

/** A text, and the parameter it came in: what its errors speak of. */
export interface Source {
  text: string
  param: string
}

/** Where a part of the text begins: an index into its UTF-16 units, from 0. */
export interface Placed {
  text: string
  at: number
}

const excerptLength = 60

/** `Bad URL Transformation Request: "w-abc" at position 7: …`; positions count characters from 1. */
export function refuse(source: Source, { text, at }: Placed, message: string): DomainError {
  const place =
    text === '' ? `position ${positionOf(source, at)}` : `${quoted(text)} at position ${positionOf(source, at)}`
  return refuseWhole(source, `${place}: ${message}`)
}

/** For what has no place in the text. */
export const refuseWhole = ({ param }: Pick<Source, 'param'>, message: string): DomainError =>
  invalid(param, `${param === 'tr' ? 'Bad URL Transformation Request' : param}: ${message}`)

const positionOf = ({ text }: Source, at: number) => [...text.slice(0, at)].length + 1

/** Short, on one line. */
export function quoted(text: string): string {
  const characters = [...text.slice(0, 2 * excerptLength).toWellFormed()]
  const shown =
    characters.length > excerptLength ? `${characters.slice(0, excerptLength).join('')}…` : characters.join('')
  return `"${shown.replaceAll(/\p{Cc}/gu, '�')}"`
}
