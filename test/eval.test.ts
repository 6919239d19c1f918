/** `imagestead eval` as an operator types it, on a folder of drawn photos. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot } from '../src/paths.ts'
import { drawnRooms, drawRoom } from './support/drawn-rooms.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-test-'))
const photos = join(folder, 'photos')
beforeAll(async () => {
  mkdirSync(photos)
  for (const name of drawnRooms) writeFileSync(join(photos, `${name}.png`), await drawRoom(name, 240, 160))
  writeFileSync(join(photos, 'broken.jpg'), 'no picture')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function evaluate(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageRoot, 'bin/imagestead.js'), 'eval', ...args], {
      env: { PATH: process.env.PATH, IMAGESTEAD_DATA_DIR: join(folder, 'data'), IMAGESTEAD_LOG_LEVEL: 'error' },
    })
    const outcome = { code: null as number | null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      outcome.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      outcome.stderr += text
    })
    child.once('close', (code) => resolve({ ...outcome, code }))
  })
}

it('ladder: reports each kind as Markdown and JSON, and leaves out what is no picture', {
  timeout: 120_000,
}, async () => {
  const [json, markdown] = [join(folder, 'ladder.json'), join(folder, 'ladder.md')]
  const { code, stdout, stderr } = await evaluate(
    'ladder',
    '--photos',
    photos,
    '--split',
    'all',
    '--json',
    json,
    '--markdown',
    markdown,
  )
  expect({ code, stderr: stderr.includes('broken.jpg is left out') }).toEqual({ code: 0, stderr: true })
  expect(stdout).toContain('| blur, sigma 1, 2, 4 |')
  expect(readFileSync(markdown, 'utf8')).toBe(stdout)
  const report = JSON.parse(readFileSync(json, 'utf8'))
  expect(report).toMatchObject({ evaluation: 'ladder', split: 'all', version: expect.stringMatching(/^technical-\d/) })
  expect(report.photos).toHaveLength(4)
  expect(report.overall).toBeGreaterThan(0.8)
})

it('aesthetic: agreement with ratings that the CSV names', { timeout: 60_000 }, async () => {
  const csv = join(photos, 'ratings.csv')
  writeFileSync(csv, 'file,mos\nkitchen.png,6\nbedroom.png,5\nhouse.png,7\nmissing.png,1\n')
  const { code, stdout, stderr } = await evaluate('aesthetic', '--csv', csv)
  expect({ code, stderr: stderr.includes('missing.png is left out') }).toEqual({ code: 0, stderr: true })
  expect(stdout).toMatch(/3 of 4 photos, technical-\d/)
  expect(stdout).toMatch(/\| score \| 3 \| -?[01]\.\d{3} \|/)
})

it('says what is wrong with a call', async () => {
  expect(await evaluate('beauty')).toMatchObject({ code: 2, stderr: expect.stringContaining('ladder|stability') })
  const nowhere = await evaluate('stability', '--photos', join(folder, 'nowhere'))
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('--photos') })
})
