/**
 * Full text, the same everywhere: words are runs of letters, marks and digits of any script, in small letters; all else
 * separates them. The store keeps the words that this file cuts, so no engine's own idea of a word comes in.
 */

/** Longer words are cut, and later ones left out: no index takes endless entries. */
const wordLength = 60
const maxWords = 500
const word = /[\p{L}\p{M}\p{N}]+/gu

/** For comparing without regard to case and to compatibility forms (full-width letters, ligatures). */
export const fold = (text: string) => text.normalize('NFKC').toLowerCase().normalize('NFKC')

/** The words of a text in their order. */
export function wordsOf(text: string): string[] {
  return (fold(text).match(word) ?? []).slice(0, maxWords).map((found) => found.slice(0, wordLength).toWellFormed())
}
