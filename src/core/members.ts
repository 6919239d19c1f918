/** Pieces of zod schemas for members of JSON bodies; messages follow the member's name: `name must be a text.` */
import { z } from 'zod'

type Issue = { readonly input?: unknown }

/** `is missing` when it was not sent, else what it must be. */
export const needs = (what: string) => ({
  error: (issue: Issue) => (issue.input === undefined ? 'is missing' : `must be ${what}`),
})

/** A text that a database can keep. */
export const storable = (value: string) => !value.includes('\0') && value.isWellFormed()

/** A required text of so many characters. */
export const textMember = (min: number, max: number) =>
  z
    .string(needs('a text'))
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `must have at most ${max} characters`)
    .refine(storable, 'must not contain zero bytes or broken characters')

export const flagMember = () => z.boolean(needs('true or false'))

/** An object without other members than these. */
export const onlyMembers = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `must not have the member ${JSON.stringify(String(issue.keys[0]).slice(0, 60))}`
        : needs('an object').error(issue),
  })

/** An absolute http(s) URL without credentials, query or fragment; slashes at its end go. */
export const baseUrlMember = () =>
  textMember(1, 2000)
    .refine(isBaseUrl, 'must be an http or https URL without credentials, query or fragment')
    .transform((url) => url.replace(/\/+$/, ''))

function isBaseUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const { username, password, search, hash } = new URL(text)
  return username === '' && password === '' && search === '' && hash === '' && !/[?#\s]/.test(text)
}
