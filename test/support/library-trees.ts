/** Trees of folders and files for tests of the Library API. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LibraryClient } from './library-client.ts'
import type { TestServer } from './stack.ts'

export interface LibraryTrees {
  /** Uploads a small file under its exact path; returns its id. */
  put(path: string, fields?: Record<string, string>): Promise<string>
  /** Path of the file now; undefined when there is none. */
  pathOf(fileId: string): Promise<string | undefined>
  /** Sorted paths of all files below a folder, from the database. */
  below(path: string): Promise<string[]>
  /** The job's last answer once it is no longer pending. */
  jobEnd(jobId: string): ReturnType<LibraryClient['call']>
  /** Waits until no durable job of the kind is left. */
  idle(kind: string): Promise<void>
}

export function libraryTrees({ composed }: TestServer, client: LibraryClient, project = 'default'): LibraryTrees {
  const { read } = composed.store

  async function filesOf(folder: string): Promise<string[]> {
    const found = await read.folders.findByPath(project, folder)
    if (found === undefined) return []
    const files = await read.folderTrees.files(found.id, null, 1000)
    return files.map(({ name }) => `${folder}/${name}`)
  }

  return {
    async put(path, fields = {}) {
      const slash = path.lastIndexOf('/')
      const answer = await client.upload({
        file: Buffer.from(`content of ${path}`),
        fileName: path.slice(slash + 1),
        folder: path.slice(0, slash),
        useUniqueFileName: 'false',
        ...fields,
      })
      if (answer.status !== 200) throw new Error(`upload to ${path}: ${answer.status} ${answer.json?.message}`)
      return answer.json.fileId
    },

    async pathOf(fileId) {
      return (await client.call('GET', `/v1/files/${fileId}/details`)).json.filePath
    },

    async below(path) {
      const folders = path === '' ? [] : await read.folderTrees.page(project, path, path, 1000)
      const paths = [path, ...folders.map((folder) => folder.path)]
      return (await Promise.all(paths.map(filesOf))).flat().sort()
    },

    async jobEnd(jobId) {
      for (;;) {
        const answer = await client.call('GET', `/v1/bulkJobs/${jobId}`)
        if (answer.json.status !== 'Pending') return answer
        await sleep(20)
      }
    },

    async idle(kind) {
      while ((await read.jobs.nextDue('batch', [kind])) !== undefined) await sleep(20)
    },
  }
}
