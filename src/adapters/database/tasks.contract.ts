/** What the task repository of every MetadataStore does. */
import { describe, expect, it } from 'vitest'
import type { MetadataStore } from '../../core/ports.ts'
import type { Task } from '../../core/tasks/records.ts'
import { aChunk, aFile, anOutput, aResult, aTask, fresh } from './test-records.ts'

export function tasksContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const tasks = () => store().read.tasks

  async function inserted(fields: Partial<Task> = {}): Promise<Task> {
    const task = aTask(fields)
    await tx((repositories) => repositories.tasks.insert(task))
    return task
  }

  describe('tasks', () => {
    it('come back as they went in, for their own project only', async () => {
      const task = await inserted({
        params: {
          files: [{ serverFilename: 'x.png', filename: 'ünï 😀.png', rotate: 90 }],
          ignoreErrors: true,
          tryRepair: false,
          outputFilename: null,
          packagedFilename: 'p',
          server: 'localhost',
          tool: { tool: 'rotateimage' },
        },
        customInt: -5,
        customString: "it's 'quoted'",
        outputExtensions: ['png', 'jpg'],
        filesize: 2 ** 40,
      })
      expect(await tasks().find('p', task.id)).toEqual(task)
      expect(await tasks().find('other', task.id)).toBeUndefined()
      expect(await tx((repositories) => repositories.tasks.lock('p', task.id))).toEqual(task)
      expect(await tx((repositories) => repositories.tasks.lock('other', task.id))).toBeUndefined()
    })

    it('are gone when their lifetime is over, except at work', async () => {
      const project = fresh('project')
      const over = await inserted({ project, expires: 1, open: true })
      const working = await inserted({ project, expires: 1, status: 'TaskProcessing', open: true })
      expect(await tasks().find(project, over.id)).toBeUndefined()
      expect(await tx((repositories) => repositories.tasks.lock(project, over.id))).toBeUndefined()
      expect(await tasks().find(project, working.id)).toEqual(working)
      expect((await tasks().list(project, {}, 1, 10)).map(({ id }) => id)).toEqual([working.id])
      expect(await tasks().countOpen(project)).toBe(1)
      const lockExpired = (id: string, now: number) => tx((repositories) => repositories.tasks.lockExpired(id, now))
      expect(await lockExpired(over.id, 1)).toEqual(over)
      expect(await lockExpired(over.id, 0)).toBeUndefined()
      expect(await lockExpired(working.id, 1)).toBeUndefined()
      await tx((repositories) => repositories.tasks.delete(over.id))
    })

    it('are counted while they are open', async () => {
      const project = fresh('project')
      const one = await inserted({ project, open: true })
      await inserted({ project })
      await inserted({ open: true })
      expect(await tasks().countOpen(project)).toBe(1)
      expect(
        await tx((repositories) => repositories.tasks.transition(one.id, ['TaskWaiting'], { open: false })),
      ).toEqual({
        ...one,
        open: false,
      })
      expect(await tasks().countOpen(project)).toBe(0)
    })

    it('hold uploads of their own, also as parts; inherited files are none', async () => {
      const { id } = await inserted()
      const file = aFile(id)
      await tx((repositories) => repositories.tasks.insertFile(aFile(id, { origin: 'inherited' })))
      expect(await tasks().holdsUploads(id)).toBe(false)
      await tx((repositories) => repositories.tasks.insertFile(file))
      expect(await tasks().holdsUploads(id)).toBe(true)
      await tx(async (repositories) => {
        await repositories.tasks.deleteFile(id, file.serverFilename)
        await repositories.tasks.putChunk(aChunk(id))
      })
      expect(await tasks().holdsUploads(id)).toBe(true)
      await tx((repositories) => repositories.tasks.deleteChunks(id, 'big.png'))
      expect(await tasks().holdsUploads(id)).toBe(false)
    })

    it('list newest first, in pages, by every filter', async () => {
      const project = fresh('project')
      const long = 'x'.repeat(5000)
      const ages = [3, 1, 2, 2]
      const all = await Promise.all(ages.map((created) => inserted({ project, created })))
      const newestFirst = all.sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1)).map(({ id }) => id)
      const ids = async (...[filter, page, size]: [Parameters<ReturnType<typeof tasks>['list']>[1], number, number]) =>
        (await tasks().list(project, filter, page, size)).map(({ id }) => id)
      expect(await ids({}, 1, 10)).toEqual(newestFirst)
      expect(await ids({}, 2, 3)).toEqual(newestFirst.slice(3))
      const other = await inserted({
        project,
        tool: 'cropimage',
        status: 'TaskError',
        customInt: 7,
        customString: long,
      })
      await inserted({ project, tool: 'cropimage', status: 'TaskError', customInt: 8, customString: `${long}y` })
      expect(await ids({ tool: 'cropimage', customInt: 7 }, 1, 10)).toEqual([other.id])
      expect(await ids({ customString: long }, 1, 10)).toEqual([other.id])
      expect(await ids({ status: 'TaskError' }, 1, 10)).toHaveLength(2)
      expect(await ids({ status: 'TaskSuccess' }, 1, 10)).toEqual([])
    })

    it('change only from the states named', async () => {
      const task = await inserted()
      const move = (from: Task['status'][], patch: Partial<Task>) =>
        tx((repositories) => repositories.tasks.transition(task.id, from, patch))
      expect(await move(['TaskProcessing', 'TaskError'], { timerMs: 1 })).toBeUndefined()
      expect(await move([], { timerMs: 1 })).toBeUndefined()
      const changed = await move(['TaskWaiting'], {
        status: 'TaskProcessing',
        processStart: 5,
        outputExtensions: ['gif'],
      })
      expect(changed).toEqual({ ...task, status: 'TaskProcessing', processStart: 5, outputExtensions: ['gif'] })
      expect(await move(['TaskProcessing'], {})).toEqual(changed)
      expect(await tasks().find('p', task.id)).toEqual(changed)
    })

    it('start processing once under 20 parallel requests', async () => {
      const task = await inserted()
      const started = await Promise.all(
        Array.from({ length: 20 }, () =>
          tx((repositories) =>
            repositories.tasks.transition(task.id, ['TaskWaiting'], { status: 'TaskProcessing', processStart: 1 }),
          ),
        ),
      )
      expect(started.filter((record) => record !== undefined)).toHaveLength(1)
    })

    it('expire oldest first, never while processing', async () => {
      const old = await inserted({ expires: 2 })
      const older = await inserted({ expires: 1 })
      await inserted({ expires: 1, status: 'TaskProcessing' })
      await inserted({ expires: 4 })
      expect(await tasks().expired(3, 10)).toEqual([older, old].map(({ id, project }) => ({ id, project })))
      expect(await tasks().expired(3, 1)).toHaveLength(1)
    })

    it('go with everything under them, naming every reference', async () => {
      const task = await inserted()
      const other = await inserted()
      const file = aFile(task.id)
      const kept = aFile(other.id)
      const references = [file.blob]
      await tx(async (repositories) => {
        await repositories.tasks.insertFile(file)
        await repositories.tasks.insertFile(kept)
        const chunk = aChunk(task.id)
        const output = anOutput(task.id, { blob: file.blob })
        await repositories.tasks.putChunk(chunk)
        await repositories.tasks.insertOutput(output)
        await repositories.tasks.putResult(aResult(task.id))
        references.push(chunk.blob, output.blob)
      })
      const released = await tx((repositories) => repositories.tasks.delete(task.id))
      expect(released.sort()).toEqual(references.sort())
      expect(await tasks().find('p', task.id)).toBeUndefined()
      expect(await tasks().files(task.id)).toEqual([])
      expect(await tasks().chunks(task.id, 'big.png')).toEqual([])
      expect(await tasks().results(task.id)).toEqual([])
      expect(await tasks().outputs(task.id)).toEqual([])
      expect(await tasks().files(other.id)).toEqual([kept])
    })
  })

  describe('files of a task', () => {
    it('are found by their task and listed oldest first', async () => {
      const task = fresh('task')
      const younger = aFile(task, { created: 2, width: 3, height: 4 })
      const older = aFile(task, { created: 1, origin: 'inherited' })
      await tx(async (repositories) => {
        await repositories.tasks.insertFile(younger)
        await repositories.tasks.insertFile(older)
      })
      expect(await tasks().files(task)).toEqual([older, younger])
      expect(await tasks().findFile(task, older.serverFilename)).toEqual(older)
      expect(await tasks().findFile('another', older.serverFilename)).toBeUndefined()
      const remove = () => tx((repositories) => repositories.tasks.deleteFile(task, older.serverFilename))
      expect(await remove()).toEqual(older)
      expect(await remove()).toBeUndefined()
      const twin = aFile('another', { serverFilename: younger.serverFilename })
      await expect(tx((repositories) => repositories.tasks.insertFile(twin))).rejects.toMatchObject({
        code: 'conflict',
      })
    })
  })

  describe('chunks', () => {
    it('replace the part of the same number and give back its blob', async () => {
      const task = fresh('task')
      const put = (chunk = aChunk(task)) => tx((repositories) => repositories.tasks.putChunk(chunk))
      const [second, first] = [aChunk(task, { index: 1 }), aChunk(task, { index: 0 })]
      expect(await put(second)).toBeUndefined()
      expect(await put(first)).toBeUndefined()
      expect(await put(aChunk(task, { filename: 'other.png' }))).toBeUndefined()
      const again = aChunk(task, { index: 1, size: 99 })
      expect(await put(again)).toBe(second.blob)
      expect(await tasks().chunks(task, 'big.png')).toEqual([first, again])
      const gone = await tx((repositories) => repositories.tasks.deleteChunks(task, 'big.png'))
      expect(gone.sort()).toEqual([first.blob, again.blob].sort())
      expect(await tasks().chunks(task, 'other.png')).toHaveLength(1)
    })

    it('sent 20 times at once leave one part and name every replaced blob', async () => {
      const task = fresh('task')
      const sent = Array.from({ length: 20 }, () => aChunk(task))
      const replaced = await Promise.all(sent.map((chunk) => tx((repositories) => repositories.tasks.putChunk(chunk))))
      const [kept] = await tasks().chunks(task, 'big.png')
      const accounted = [...replaced.filter((blob) => blob !== undefined), kept?.blob]
      expect(accounted.sort()).toEqual(sent.map(({ blob }) => blob).sort())
    })
  })

  describe('results and outputs', () => {
    it('are kept in order, results replaceable, and go together', async () => {
      const task = fresh('task')
      const output = anOutput(task, { position: 1 })
      const [later, earlier] = [anOutput(task, { number: 1 }), anOutput(task, { number: 0 })]
      await tx(async (repositories) => {
        await repositories.tasks.putResult(aResult(task, { position: 1, status: 'FileWaiting' }))
        await repositories.tasks.putResult(aResult(task, { position: 0 }))
        await repositories.tasks.putResult(aResult(task, { position: 1, status: 'DamagedFile', message: 'broken' }))
        for (const record of [output, later, earlier]) await repositories.tasks.insertOutput(record)
      })
      expect(await tasks().results(task)).toEqual([
        aResult(task, { position: 0 }),
        aResult(task, { position: 1, status: 'DamagedFile', message: 'broken' }),
      ])
      expect(await tasks().outputs(task)).toEqual([earlier, later, output])
      expect(await tasks().outputs(task, output.position)).toEqual([output])
      const gone = await tx((repositories) => repositories.tasks.deleteOutputs(task, output.position))
      expect(gone).toEqual([output.blob])
      const blobs = await tx((repositories) => repositories.tasks.deleteResults(task))
      expect(blobs.sort()).toEqual([earlier.blob, later.blob].sort())
      expect(await tasks().results(task)).toEqual([])
      expect(await tasks().outputs(task)).toEqual([])
    })
  })
}
