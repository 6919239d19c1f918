/**
 * Which files of a folder were sent: a line each in a file beside them, written when the server has said so. A line that
 * was cut off by a kill is left out, and its file sent again: the server knows it by its hash.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const doneListName = '.imagestead-sent.jsonl'

export interface SentFile {
  /** Where it went: another installation has none of it. */
  to: string
  path: string
  size: number
  /** Epoch milliseconds. */
  mtime: number
  sha256: string
  /** The photo's id. */
  id: string
}

export interface DoneList {
  /** Sent, and not changed since. */
  has(file: Pick<SentFile, 'path' | 'size' | 'mtime'>): boolean
  /** The photo that these bytes became, whatever the file was named. */
  idOf(sha256: string): string | undefined
  add(file: Omit<SentFile, 'to'>): Promise<void>
  close(): Promise<void>
}

/** @param to where files go now */
export async function openDoneList(folder: string, to: string): Promise<DoneList> {
  const path = join(folder, doneListName)
  const byPath = new Map<string, Pick<SentFile, 'size' | 'mtime'>>()
  const byHash = new Map<string, string>()
  const note = ({ path: name, size, mtime, sha256, id }: Omit<SentFile, 'to'>) => {
    byPath.set(name, { size, mtime })
    byHash.set(sha256, id)
  }
  const text = await readFile(path, 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    const sent = parse(line)
    if (sent?.to === to) note(sent)
  }
  let file: FileHandle | undefined
  /** A line after one that was cut off begins anew. */
  let separator = text === '' || text.endsWith('\n') ? '' : '\n'

  return {
    has({ path: name, size, mtime }) {
      const known = byPath.get(name)
      return known !== undefined && known.size === size && known.mtime === mtime
    },
    idOf: (sha256) => byHash.get(sha256),
    async add(sent) {
      note(sent)
      file ??= await open(path, 'a')
      const line = `${separator}${JSON.stringify({ to, ...sent })}\n`
      separator = ''
      await file.appendFile(line)
    },
    close: async () => file?.close(),
  }
}

function parse(line: string): SentFile | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as SentFile)
  } catch {
    return undefined
  }
}
