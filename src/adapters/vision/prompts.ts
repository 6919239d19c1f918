/** Vectors of the sentences that describe labels: computed once, when a model is pulled, and kept beside it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DomainError } from '../../core/errors.ts'
import { isLabel } from '../../core/vision/labels.ts'
import { labelPrompts } from '../../core/vision/prompts.ts'
import { built } from '../../paths.ts'
import { parametersFile, readParameters, writeWhole } from './places.ts'
import { bring, type PullOptions } from './pull.ts'

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
  const paths = Object.fromEntries(
    (['file', 'tokenizer', 'tokenizerConfig'] as const).map((part) => [
      part,
      join(folder, id, `text-${text[part].replace(/^.*\//, '')}`),
    ]),
  )
  for (const part of ['file', 'tokenizer', 'tokenizerConfig'] as const)
    await bring(options, text[part], paths[part] ?? '')
  const sentences = labels.flatMap((label, owner) => {
    const known = isLabel(label) ? labelPrompts[label] : [label]
    return known.map((sentence) => ({ sentence, owner }))
  })
  const order = { ...text, ...paths, sentences: sentences.map(({ sentence }) => sentence) }
  const prompts = await embedSentences(order)
  const known = await readParameters(folder, id).catch(() => ({}))
  const parameters = { ...known, prompts, owners: sentences.map(({ owner }) => owner) }
  await writeWhole(parametersFile(folder, id), `${JSON.stringify(parameters)}\n`)
}

/** In a process of its own: the runtime of models belongs into no process that lives on. */
async function embedSentences(order: object): Promise<number[][]> {
  const main = built('adapters/engine/child/vision/sentences.js')
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [main, JSON.stringify(order)], {
      timeout: timeoutMs,
      maxBuffer: 256 * 2 ** 20,
      env: {},
    })
    return JSON.parse(stdout)
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    const reason = said.split('\n').find((line) => line.includes('Error')) ?? said
    throw new DomainError('internal', `The text half of the model does not run: ${reason.trim()}`, { cause: error })
  }
}
