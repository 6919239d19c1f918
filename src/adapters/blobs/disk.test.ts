import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobKey } from '../../core/ids.ts'
import { blobStoreContract, chunked, codeOf, factsOf } from './blobs.contract.ts'
import { createDiskBlobs } from './disk.ts'
import { diskError } from './store-errors.ts'

const key = (project: string, name: string) => `${project}/${name.repeat(32).slice(0, 32)}`
const fileOf = (root: string, of: string) => {
  const [project, name] = of.split('/') as [string, string]
  return join(root, 'blobs', project, name.slice(0, 2), name.slice(2, 4), name)
}

blobStoreContract('disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'blobs-'))
  const blobs = createDiskBlobs({ root })
  return {
    blobs,
    leftovers: () => readdir(join(root, 'work')),
    async close() {
      await blobs.close()
      await rm(root, { recursive: true })
    },
  }
})

describe('blobs on disk', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'blobs-'))
  })
  afterAll(() => rm(root, { recursive: true }))

  it('never shows what a crash left in the work folder, and removes it after a day', async () => {
    const work = join(root, 'work')
    await mkdir(work)
    const [fresh, stale, folder] = [join(work, '1'.repeat(32)), join(work, '2'.repeat(32)), join(work, 'child')]
    await writeFile(fresh, 'half')
    await writeFile(stale, 'half')
    await mkdir(folder)
    const past = Date.now() / 1000 - 25 * 3600
    await utimes(stale, past, past)
    await utimes(folder, past, past)
    const blobs = createDiskBlobs({ root })
    for await (const { key } of blobs.list('')) throw new Error(`listed ${key}`)
    await blobs.close()
    expect(await readdir(work)).toEqual(['1'.repeat(32)])
    await rm(fresh)
  })

  it('keeps files and folders from other users of the machine', async () => {
    const blobs = createDiskBlobs({ root: join(root, 'private') })
    const of = key('default', 'ab')
    await blobs.put(of, chunked(randomBytes(10), 10))
    const path = fileOf(join(root, 'private'), of)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    for (const folder of ['', 'blobs', 'work', 'blobs/default', 'blobs/default/ab', 'blobs/default/ab/ab']) {
      expect((await stat(join(root, 'private', folder))).mode & 0o777).toBe(0o700)
    }
    const work = blobs.workFile()
    await writeFile(work, 'x', { mode: 0o644 })
    await blobs.adopt(work, of, factsOf(Buffer.from('x')))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('goes on after somebody has removed empty folders', async () => {
    const blobs = createDiskBlobs({ root })
    await blobs.put(key('tidy', 'ab'), chunked(randomBytes(10), 10))
    await rm(join(root, 'blobs', 'tidy'), { recursive: true })
    await blobs.put(key('tidy', 'ab'), chunked(randomBytes(10), 10))
    expect(await blobs.stat(key('tidy', 'ab'))).toEqual({ size: 10 })
  })

  it('lists only its own files, in key order', async () => {
    const blobs = createDiskBlobs({ root })
    const keys = [key('sort-b', '01'), key('sort', '00'), key('sort', 'ff'), key('sort', '0f')]
    for (const of of keys) await blobs.put(of, chunked(randomBytes(1), 1))
    await writeFile(join(root, 'blobs', 'note.txt'), 'an operator was here')
    await writeFile(join(root, 'blobs', 'sort', 'note.txt'), 'an operator was here')
    const found: string[] = []
    for await (const blob of blobs.list('sort')) found.push(blob.key)
    expect(found).toEqual([...keys].sort())
  })

  it('fails a read when the file has become shorter, instead of ending it early', async () => {
    const blobs = createDiskBlobs({ root })
    const of = blobKey('default')
    await blobs.put(of, chunked(randomBytes(3_000_000), 65_536))
    const stream = await blobs.get(of)
    await truncate(fileOf(root, of), 1_000_000)
    expect(await codeOf(buffer(stream))).toBe('internal')
  })

  it('does not adopt a link', async () => {
    const blobs = createDiskBlobs({ root })
    const path = blobs.workFile()
    await symlink('/etc/hostname', path)
    const { size } = await stat('/etc/hostname')
    expect(await codeOf(blobs.adopt(path, blobKey('default'), { size, sha256: '', crc32: 0 }))).toBe('unavailable')
    expect(existsSync('/etc/hostname')).toBe(true)
  })

  it('frees the descriptor of a stream that is not read to its end', async () => {
    const blobs = createDiskBlobs({ root })
    const of = blobKey('default')
    await blobs.put(of, chunked(randomBytes(3_000_000), 65_536))
    const open = async () => (await readdir('/proc/self/fd')).length
    const before = await open()
    for (let round = 0; round < 50; round += 1) {
      const stream = await blobs.get(of)
      stream.once('data', () => stream.destroy())
      await new Promise((resolve) => stream.once('close', resolve))
    }
    await expect.poll(open).toBeLessThanOrEqual(before + 2)
  })

  it('says storage_full on a full disk and works again when there is room', async (context) => {
    // Needs a small file system of its own, which only a privileged process can mount.
    const small = join(root, 'small')
    await mkdir(small)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', small])
    if (mounted.status !== 0) return context.skip()
    try {
      const blobs = createDiskBlobs({ root: small })
      const [first, second] = [blobKey('default'), blobKey('default')]
      await blobs.put(first, chunked(randomBytes(1_500_000), 65_536))
      expect(await codeOf(blobs.put(second, chunked(randomBytes(2_500_000), 65_536)))).toBe('storage_full')
      expect(await blobs.stat(second)).toBeUndefined()
      expect(await readdir(join(small, 'work'))).toEqual([])
      expect((await buffer(await blobs.get(first))).length).toBe(1_500_000)
      await blobs.delete(first)
      await blobs.put(second, chunked(randomBytes(2_500_000), 65_536))
      await blobs.close()
    } finally {
      spawnSync('umount', [small])
    }
  })

  it('tells a full disk and a used-up quota from other failures', () => {
    expect(diskError(Object.assign(new Error('full'), { code: 'ENOSPC' })).code).toBe('storage_full')
    expect(diskError(Object.assign(new Error('quota'), { code: 'EDQUOT' })).code).toBe('storage_full')
    expect(diskError(Object.assign(new Error('io'), { code: 'EIO' })).code).toBe('unavailable')
  })
})
