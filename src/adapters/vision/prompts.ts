/** Vectors of the sentences that describe labels: computed once, when a model is pulled, and kept beside it. */
import { DomainError } from '../../core/errors.ts'
import { isLabel } from '../../core/vision/labels.ts'
import { labelPrompts } from '../../core/vision/prompts.ts'
import { parametersFile, readParameters, writeWhole } from './places.ts'
import { bring, type PullOptions } from './pull.ts'
import { startTextProcess, type TextFiles, textFilesOf, textParts } from './text-half.ts'

const timeoutMs = 10 * 60_000

/**
 * Fetches the text half of the model and computes `prompts` and `owners` into its parameters.json. A label that is none
 * of ours is its own sentence.
 * @throws DomainError invalid (the manifest lacks what is needed), internal (the text half does not run), as downloads
 */
export async function computePrompts(options: PullOptions): Promise<void> {
  const { manifest, folder } = options
  const { id, text, labels = [] } = manifest
  if (text === undefined) {
    throw new DomainError(
      'invalid',
      `The manifest of ${id} has no "text"; write its prompts into ${parametersFile(folder, id)}.`,
    )
  }
  const files = await bringText(options)
  const sentences = labels.flatMap((label, owner) => {
    const known = isLabel(label) ? labelPrompts[label] : [label]
    return known.map((sentence) => ({ sentence, owner }))
  })
  const half = startTextProcess(text, files)
  const late = setTimeout(half.end, timeoutMs)
  const prompts: number[][] = []
  try {
    for (const { sentence } of sentences) prompts.push(await half.embed(sentence))
  } finally {
    clearTimeout(late)
    half.end()
  }
  const known = await readParameters(folder, id).catch(() => ({}))
  const parameters = { ...known, prompts, owners: sentences.map(({ owner }) => owner) }
  await writeWhole(parametersFile(folder, id), `${JSON.stringify(parameters)}\n`)
}

/** The files of the text half, beside the model's; they stay for questions in words. @throws DomainError as downloads */
export async function bringText(options: PullOptions): Promise<TextFiles> {
  const { manifest, folder } = options
  const { id, text } = manifest
  if (text === undefined) throw new DomainError('invalid', `The manifest of ${id} has no "text".`)
  const files = textFilesOf(text, folder, id)
  for (const part of textParts) await bring(options, text[part], files[part])
  return files
}
