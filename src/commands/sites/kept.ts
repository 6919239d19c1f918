/**
 * Photos that `pull` brought before, by id: one whose time was changed since lies under its old one. Only files that are
 * named and placed as pull does it.
 */
import { mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const placed = /^(\d{4})[/\\](\d\d)[/\\](\d\d)[/\\]\1\2\3-\d{6}_(\w+)\.\w+$/

export interface Kept {
  /** The photo's file to its place, if it lies at another one. Replaces what is there. */
  settle(id: string, target: string): Promise<void>
}

/** @param folder of one installation; read when it is first needed */
export function createKept(folder: string): Kept {
  let found: Promise<ReadonlyMap<string, string>> | undefined
  return {
    async settle(id, target) {
      found ??= readKept(folder)
      const path = (await found).get(id)
      if (path === undefined || join(folder, path) === target) return
      await mkdir(dirname(target), { recursive: true })
      await rename(join(folder, path), target)
    },
  }
}

async function readKept(folder: string): Promise<ReadonlyMap<string, string>> {
  const paths = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return new Map(
    paths.flatMap((path) => {
      const id = placed.exec(path)?.[4]
      return id === undefined ? [] : [[id, path] as const]
    }),
  )
}
