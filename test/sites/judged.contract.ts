/** "`score`, `label` come from the scoring service when switched on" (site-photos-api.md section 7.3). */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { drawView } from '../support/drawn-views.ts'
import { addInstallation, addPhoto, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const patient = 120_000

export function judgedSuite(stack: Stack): void {
  let server: TestServer

  beforeAll(async () => {
    server = await stack.start()
  })
  afterAll(() => server.stop())

  it(
    'photos are scored and labelled when they come in, where the project wants it, and only there',
    async () => {
      const { store } = server.composed
      const manager = await sitesClient(server)
      const id = await addInstallation(manager)
      const plain = await addPhoto(manager, id, await drawView({ moment: 1 }), { taken_at: '2024-05-01T08:00:00Z' })
      expect(plain.json.photo).toMatchObject({ score: null, label: null })
      await store.tx(async (tx) => {
        const project = await tx.projects.find('default')
        if (project === undefined) throw new Error('no project')
        const settings = { ...project.settings, scoring: { ...project.settings.scoring, onIngest: true } }
        await tx.projects.update(project.id, { settings })
      })
      const sent = await addPhoto(manager, id, await drawView({ moment: 2 }), { taken_at: '2024-05-01T09:00:00Z' })
      const json = await vi.waitFor(
        async () => {
          const got = await manager.call('GET', `/v1/photos/${sent.json.photo.id}`)
          expect(got.json.photo.score).not.toBeNull()
          return got.json
        },
        { timeout: patient, interval: 100 },
      )
      expect(json.photo.score).toBeGreaterThanOrEqual(0)
      expect(json.photo.score).toBeLessThanOrEqual(10)
      expect(json.photo.label === null || typeof json.photo.label === 'string').toBe(true)
      const listed = await manager.call('GET', `/v2/photos?installation_id=${id}`)
      const scores = listed.json.photos.map(({ score }: { score: number | null }) => score)
      expect(scores).toContain(json.photo.score)
      expect(scores).toContain(null)
    },
    patient,
  )
}
