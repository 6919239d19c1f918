/** Starts the conversion of a bundled model in a process of its own. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { built } from '../../../paths.ts'

const timeoutMs = 60_000

/** @throws Error with what the process said */
export async function convertInChild(folder: string, id: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [built('adapters/vision/convert/main.js'), folder, id], {
      timeout: timeoutMs,
      env: {},
    })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    const line = said.split('\n').find((text) => text.startsWith('Error: '))
    throw new Error(line?.slice('Error: '.length) ?? (error instanceof Error ? error.message : String(error)), {
      cause: error,
    })
  }
}
