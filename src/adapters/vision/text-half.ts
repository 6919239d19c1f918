/** The text half of a model that compares pictures with sentences: its files beside the model's, and a process that runs it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DomainError } from '../../core/errors.ts'
import { built } from '../../paths.ts'
import type { Manifest, TextSource } from './manifest.ts'

export const textParts = ['file', 'tokenizer', 'tokenizerConfig'] as const
export type TextFiles = Pick<TextSource, (typeof textParts)[number]>

/** Where they lie after a pull. */
export function textFilesOf(text: TextSource, folder: string, id: Manifest['id']): TextFiles {
  const place = (part: keyof TextFiles) => join(folder, id, `text-${text[part].replace(/^.*\//, '')}`)
  return { file: place('file'), tokenizer: place('tokenizer'), tokenizerConfig: place('tokenizerConfig') }
}

export interface TextProcess {
  /** One after the other. @throws DomainError internal: it does not run */
  embed(sentence: string): Promise<number[]>
  end(): void
}

/** In a process of its own: the runtime of models belongs into no process that lives on. */
export function startTextProcess(text: TextSource, files: TextFiles): TextProcess {
  const main = built('adapters/engine/child/vision/sentences.js')
  const child = spawn(process.execPath, [main, JSON.stringify({ ...text, ...files })], { env: {}, stdio: 'pipe' })
  const waiting: { resolve(vector: number[]): void; reject(error: Error): void }[] = []
  let failed: DomainError | undefined
  let said = ''

  const fail = (cause?: unknown) => {
    failed ??= notRunning(said, cause)
    for (const { reject } of waiting.splice(0)) reject(failed)
  }
  child.on('error', fail)
  child.on('close', () => fail())
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4000)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line))
    // A server that ends waits for nobody who asks nothing.
    if (waiting.length === 0) hold(child, false)
  })

  return {
    embed(sentence) {
      if (failed !== undefined) return Promise.reject(failed)
      hold(child, true)
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        child.stdin.write(`${JSON.stringify(sentence)}\n`)
      })
    },
    end: () => void child.kill(),
  }
}

/** Whether the event loop goes on for its sake. */
function hold(child: ChildProcess, held: boolean): void {
  for (const part of [child, child.stdin, child.stdout, child.stderr] as ({ ref?(): void; unref?(): void } | null)[]) {
    if (held) part?.ref?.()
    else part?.unref?.()
  }
}

function notRunning(said: string, cause: unknown): DomainError {
  const reason = said.split('\n').find((line) => line.includes('Error')) ?? (said || String(cause ?? 'it ended'))
  return new DomainError('internal', `The text half of the model does not run: ${reason.trim()}`, { cause })
}
