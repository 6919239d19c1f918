/** `/v1/installations/{id}/timelapses` and `/v1/timelapses/{id}` (section 9). */
import { z } from 'zod'
import { type FilmFormat, filmFits, filmFormats } from '../../core/processing/film.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import { type Every, everyForms, parseEvery } from '../../core/sites/every.ts'
import { flags } from '../../core/sites/records.ts'
import { type Timelapse, timelapseStates } from '../../core/sites/timelapse-records.ts'
import {
  createTimelapse,
  deleteTimelapse,
  findTimelapse,
  listTimelapses,
  mayWatch,
} from '../../core/sites/timelapses.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf, flagMember, instant, minute, needs } from './fields.ts'
import { filmLimits, mostFps } from './film-limits.ts'
import { redirectToMedia } from './media.ts'
import { pageOf, pagingSchema } from './resources.ts'
import { timelapseFileUrl } from './urls.ts'

const whole = (least: number, most: number) =>
  z
    .number(needs('a number'))
    .int('must be a whole number')
    .min(least, `must be from ${least} to ${most}`)
    .max(most, `must be from ${least} to ${most}`)

const side = () => whole(16, 1920).refine((value) => value % 2 === 0, 'must be even')

const every = () =>
  z.string(needs('a text')).transform((text, context): Every => {
    const read = parseEvery(text)
    if (read !== undefined) return read
    context.addIssue(`must be ${everyForms}`)
    return z.NEVER
  })

const wanted = z
  .strictObject({
    from: instant().optional(),
    to: instant().optional(),
    time_from: minute().optional(),
    time_to: minute().optional(),
    every: every().optional(),
    max_frames: whole(2, 3000).optional(),
    exclude_flags: z
      .array(z.enum(flags, `must be of ${flags.join(', ')}`), needs('a list'))
      .max(flags.length, 'must name each flag once')
      .default([]),
    format: z.enum(filmFormats, `must be one of ${filmFormats.join(', ')}`).default('mp4'),
    fps: whole(1, 60).default(24),
    width: side().optional(),
    height: side().optional(),
    fit: z.enum(filmFits, `must be one of ${filmFits.join(', ')}`).default('cover'),
    date_stamp: flagMember().default(false),
    watermark: flagMember().default(false),
    deflicker: flagMember().default(false),
    hold_last_ms: whole(0, 30_000).default(0),
  })
  .superRefine((film, context) => {
    const refuse = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message })
    if (film.from !== undefined && film.to !== undefined && film.to <= film.from) refuse('to', 'must be after from')
    const { frames, side: longest } = filmLimits[film.format]
    for (const name of ['width', 'height'] as const) {
      if ((film[name] ?? 0) > longest) refuse(name, `must be at most ${longest} for ${film.format}`)
    }
    if ((film.max_frames ?? 0) > frames) refuse('max_frames', `must be at most ${frames} for ${film.format}`)
    const fastest = mostFps(film.format)
    if (film.fps > fastest) refuse('fps', `must be at most ${fastest} for ${film.format}`)
  })

/** 16:9 where nothing is said. */
const usualSides: Record<FilmFormat, { width: number; height: number }> = {
  mp4: { width: 1280, height: 720 },
  webm: { width: 1280, height: 720 },
  webp: { width: 640, height: 360 },
  gif: { width: 640, height: 360 },
}

/** The other side of 16:9, even. */
function sidesOf({ format, width, height }: z.output<typeof wanted>) {
  const usual = usualSides[format]
  const even = (value: number) => Math.min(filmLimits[format].side, Math.max(16, Math.round(value / 2) * 2))
  if (width === undefined && height === undefined) return usual
  if (width === undefined) return { width: even(((height ?? usual.height) * 16) / 9), height: height ?? usual.height }
  return { width, height: height ?? even((width * 9) / 16) }
}

const timelapseSchema = z
  .object({
    id: z.string(),
    installation_id: z.string(),
    status: z.enum(timelapseStates),
    progress: z.number().describe('0 to 1'),
    frame_count: z.number(),
    skipped_count: z.number().describe('Photos that could not be read'),
    duration_ms: z.number(),
    format: z.enum(filmFormats),
    fps: z.number(),
    width: z.number(),
    height: z.number(),
    fit: z.enum(filmFits),
    date_stamp: z.boolean(),
    watermark: z.boolean(),
    deflicker: z.boolean(),
    hold_last_ms: z.number(),
    video_url: z.string().nullable(),
    poster_url: z.string().nullable(),
    size_bytes: z.number().nullable(),
    error: z.string().nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
    expires_at: z.string().nullable(),
  })
  .meta({ id: 'Timelapse' })

export function timelapseResource(film: Timelapse, caller: SiteCaller): z.output<typeof timelapseSchema> {
  const seen = film.status === 'done' && mayWatch(caller, film)
  const time = (at: number | null) => (at === null ? null : formatInstant(at))
  return {
    id: film.id,
    installation_id: film.installation,
    status: film.status,
    progress: Math.round(film.progress * 1000) / 1000,
    frame_count: film.frames,
    skipped_count: film.skipped,
    duration_ms: film.durationMs,
    format: film.format,
    fps: film.fps,
    width: film.width,
    height: film.height,
    fit: film.fit,
    date_stamp: film.dateStamp,
    watermark: film.watermark,
    deflicker: film.deflicker,
    hold_last_ms: film.holdLastMs,
    video_url: seen && film.video !== null ? timelapseFileUrl(caller.origin, film.id, 'video') : null,
    poster_url: seen && film.poster !== null ? timelapseFileUrl(caller.origin, film.id, 'poster') : null,
    size_bytes: film.size,
    error: film.error,
    created_at: formatInstant(film.created),
    finished_at: time(film.finished),
    expires_at: time(film.expires),
  }
}

/** The minutes of a window: to the last minute of the day where no end is given, from its first where no beginning is. */
function windowOf({ time_from, time_to }: z.output<typeof wanted>) {
  if (time_from === undefined && time_to === undefined) return {}
  return { minutes: { from: time_from ?? 0, to: time_to ?? 24 * 60 - 1 } }
}

export const timelapseEndpoints: Endpoint[] = [
  endpoint({
    function: 'timelapses.create',
    version: 1,
    method: 'POST',
    path: '/installations/:id/timelapses',
    summary: 'A film of photos; the same film again is the one that there is',
    status: 202,
    body: wanted,
    answer: { timelapse: timelapseSchema },
    async run({ api, caller, path: { id = '' }, body }) {
      const { from, to, every: thinning, format } = body
      const photos = {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...windowOf(body),
        ...(thinning === undefined ? {} : { every: thinning }),
        excludeFlags: [...new Set(body.exclude_flags)],
        maxFrames: body.max_frames ?? filmLimits[format].frames,
      }
      const film = await createTimelapse(api.deps, caller, id, photos, {
        ...sidesOf(body),
        format,
        fps: body.fps,
        fit: body.fit,
        dateStamp: body.date_stamp,
        watermark: body.watermark,
        deflicker: body.deflicker,
        holdLastMs: body.hold_last_ms,
      })
      return { timelapse: timelapseResource(film, caller) }
    },
  }),
  endpoint({
    function: 'timelapses.list',
    version: 1,
    method: 'GET',
    path: '/installations/:id/timelapses',
    summary: 'Films of an installation, newest first',
    query: z.strictObject({ cursor: cursor('number', 'string').optional(), limit: count(1, 100).optional() }),
    answer: { timelapses: z.array(timelapseSchema), paging: pagingSchema },
    async run({ api, caller, path: { id = '' }, query: { cursor: mark, limit = 50 } }) {
      const after = mark === undefined ? {} : { after: { created: Number(mark[0]), id: String(mark[1]) } }
      const found = await listTimelapses(api.deps, caller, id, { ...after, limit: limit + 1 })
      const { items, paging } = pageOf(found, limit, (film) => cursorOf([film.created, film.id]))
      return { timelapses: items.map((film) => timelapseResource(film, caller)), paging }
    },
  }),
  endpoint({
    function: 'timelapses.get',
    version: 1,
    method: 'GET',
    path: '/timelapses/:id',
    summary: 'One film, and how far it is',
    answer: { timelapse: timelapseSchema },
    async run({ api, caller, path: { id = '' } }) {
      return { timelapse: timelapseResource(await findTimelapse(api.deps, caller, id), caller) }
    },
  }),
  endpoint({
    function: 'timelapses.delete',
    version: 1,
    method: 'DELETE',
    path: '/timelapses/:id',
    summary: 'Cancels a film that is being made; removes any other with its files',
    answer: { id: z.string(), status: z.enum(['cancelled', 'deleted']) },
    async run({ api, caller, path: { id = '' } }) {
      return { id, status: await deleteTimelapse(api.deps, caller, id) }
    },
  }),
  endpoint({
    function: 'timelapses.file',
    version: 1,
    method: 'GET',
    path: '/timelapses/:id/file/:variant',
    summary: 'Redirects to the file: video or poster',
    status: 302,
    answer: {},
    async run(context) {
      const { id = '', variant = '' } = context.path
      await findTimelapse(context.api.deps, context.caller, id)
      return redirectToMedia(context, id, variant)
    },
  }),
]
