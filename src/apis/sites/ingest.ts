/** `POST /v1/installations/{id}/photos` (section 8): photos come in, by hand or from a camera. */
import { z } from 'zod'
import { discardBytes } from '../../core/blobs/stored.ts'
import { DomainError, toDomainError } from '../../core/errors.ts'
import { forEachAtOnce } from '../../core/jobs/at-once.ts'
import { addCapture, type PhotoFacts } from '../../core/sites/add-capture.ts'
import { cameraOf, type Place, placeOf } from '../../core/sites/ingest-place.ts'
import { once } from '../../http/idempotency.ts'
import { type Context, type Endpoint, endpoint } from './endpoint.ts'
import { renderError } from './errors.ts'
import { dropBody, factsSchema, type GivenFacts, readPhotos, refuseLong, type Sent } from './ingest-body.ts'
import { shownPhotos } from './photos.ts'
import { photoSchema } from './resources.ts'

const answered = { photo: photoSchema.optional(), duplicate: z.boolean().optional() }

/** Status and members for one file. */
const resultSchema = z
  .object({
    status: z.number().describe('As if the file had come alone'),
    filename: z.string(),
    ...answered,
    error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }).optional(),
  })
  .meta({ id: 'PhotoResult' })

type IngestContext = Context<GivenFacts>

/** Files of one request that are looked at side by side. */
const atOnce = 4

/** Answers itself: the status is the photo's. */
async function ingest(context: IngestContext): Promise<undefined> {
  const { api, reply, caller, path } = context
  const place = await placeOf(api.deps, caller, path.id ?? '')
  refuseLong(context)
  api.deps.engine.admit('interactive')
  const run = async () => {
    const sent = await readPhotos(context)
    try {
      const photos = sent.photos.splice(0)
      const [first] = photos
      if (sent.single && first !== undefined) {
        const { status, ...members } = await addOne(context, place, first)
        reply.code(status)
        return { ok: true, ...members }
      }
      // The status of each file is in the answer.
      reply.code(200)
      return { ok: true, results: await addAll(context, place, photos) }
    } finally {
      await sent.discard()
    }
  }
  const { request } = context
  const about = {
    idempotency: api.idempotency,
    request,
    reply,
    project: caller.project.id,
    signal: caller.signal,
    limits: api.bodyLimits,
    hasBody: true,
    renderError,
  }
  const answer = await once({ ...about, readWhole: (drop) => dropBody(context, drop) }, run)
  // A repetition was answered already.
  if (!reply.sent) reply.header('cache-control', 'no-store').type('application/json').send(answer)
}

/** @throws DomainError of this file; its bytes are gone then */
async function addOne({ api, caller }: IngestContext, place: Place, { filename, bytes, given }: Sent) {
  if (bytes instanceof DomainError) throw bytes
  let facts: PhotoFacts
  try {
    if (given instanceof DomainError) throw given
    const camera = await cameraOf(api.deps, caller, place, given.camera_id)
    facts = { taken: given.taken_at, camera, filename, tags: given.tags ?? [] }
  } catch (error) {
    if (bytes.shared === undefined) await discardBytes(api.deps.blobs, bytes.stored)
    throw error
  }
  const { capture, duplicate } = await addCapture(api.deps, caller, place.installation, bytes, facts)
  const [photo] = await shownPhotos(api, caller, [capture])
  return { status: duplicate ? 200 : 201, photo, duplicate }
}

/** "status per file ...; one bad file does not lose the others" */
async function addAll(context: IngestContext, place: Place, photos: readonly Sent[]) {
  const results: object[] = []
  await forEachAtOnce([...photos.entries()], atOnce, async ([at, sent]) => {
    results[at] = await resultOf(context, place, sent)
  })
  return results
}

async function resultOf(context: IngestContext, place: Place, sent: Sent): Promise<object> {
  const { filename } = sent
  try {
    const { status, ...members } = await addOne(context, place, sent)
    return { status, filename, ...members }
  } catch (thrown) {
    const error = toDomainError(thrown)
    const { request } = context
    if (error.code === 'internal') request.log.error({ err: error.cause ?? error }, 'a photo could not be added')
    const { status, body } = renderError(error, undefined)
    return { status, filename, error: (body as { error: object }).error }
  }
}

export const ingestEndpoints: Endpoint[] = [
  endpoint({
    function: 'photos.create',
    version: 1,
    method: 'POST',
    path: '/installations/:id/photos',
    summary: 'Sends photos: a form with 1 to 20 files, one image as it is, or the id of a file of the library',
    query: factsSchema,
    ownBody: 'photos',
    status: 201,
    forCameras: true,
    answer: { ...answered, results: z.array(resultSchema).optional() },
    run: ingest,
  }),
]
