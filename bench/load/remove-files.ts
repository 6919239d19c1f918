/** Removes what was written, so that the next round writes to memory that the machine has at hand. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * All files below the folder; the folders stay. Contenders that keep what they write pay for it in a virtual machine: its
 * host gives fresh memory page by page, which costs more than all the rest of an upload, while memory that was freed a
 * moment ago costs nothing. So either all of them keep their files or none does.
 */
export async function removeFiles(folder: string): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  await Promise.all(found.filter((entry) => entry.isFile()).map((entry) => rm(join(entry.parentPath, entry.name))))
}
