/** The contact sheet of the documentation shows the whole transformation language. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groups, unseenKeys } from '../../scripts/sheet-samples.ts'
import { sizeModes } from '../../src/core/processing/transformation.ts'
import { stepKeys } from '../../src/core/transformations/language/keys.ts'
import { canvasKeys, standingKeys, textBoxKeys, textKeys } from '../../src/core/transformations/language/layer-keys.ts'
import { parseTransformation } from '../../src/core/transformations/language/parse.ts'
import { packageRoot } from '../../src/paths.ts'

const texts = groups.flatMap(({ samples }) => samples.flatMap(([, ...given]) => given))
/** Items of steps, and of the layers whose type and input begin with `kind`. */
const items = (kind?: string) =>
  texts.filter((text) => kind === undefined || text.includes(kind)).flatMap((text) => text.split(/[,:]/))
const uses = (key: string, kind?: string) => items(kind).some((item) => item === key || item.startsWith(`${key}-`))

test('every key of the language is on the sheet', () => {
  const missing = [
    ...[...stepKeys.keys(), ...standingKeys.keys()].filter((key) => !uses(key)),
    ...[...canvasKeys.keys()].filter((key) => !uses(key, 'ik_canvas')),
    ...[...textKeys.keys(), ...textBoxKeys.keys()].filter((key) => !uses(key, 'l-text')),
    ...sizeModes.filter((mode) => mode !== 'maintain_ratio' && !texts.some((text) => text.includes(`-${mode}`))),
    ...['multiply', 'cutter', 'cutout', 'displace'].filter((mode) => !uses(`lm-${mode}`)),
  ]
  expect(missing.filter((key) => !unseenKeys.some((unseen) => unseen === key))).toEqual([])
})

test('every sample is what the parser takes, and on the page with its URL', () => {
  const page = readFileSync(join(packageRoot, 'docs/image-urls-sheet.md'), 'utf8')
  for (const text of texts) {
    expect(() => parseTransformation(text), text).not.toThrow()
    expect(page).toContain(`/tr:${encodeURI(text)}/`)
  }
})
