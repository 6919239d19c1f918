/** Places over time as the store keeps them (site-photos-api.md section 7). A capture is an asset plus when and where. */
import type { Held } from '../assets/records.ts'
import type { Access, Right } from './access.ts'
import type { Every } from './every.ts'
import type { Local } from './zones.ts'

/** An overlay burned into the `watermark` variant (section 6.3). */
export interface Watermark {
  /** A file of the library; else `text`. */
  image_file_id?: string | undefined
  text?: string | undefined
  gravity: string
  /** 0..1 */
  opacity: number
  /** Share of the picture's width, 0.02..1. */
  scale: number
  /** Share of the picture's width, 0..0.2. */
  margin: number
  date_stamp: boolean
}

/** A viewpoint at a site over time. */
export interface Installation {
  /** `in_…` */
  id: string
  project: string
  name: string
  description: string | null
  /** IANA name. */
  timezone: string
  latitude: number | null
  longitude: number | null
  address: string | null
  status: 'active' | 'paused' | 'archived'
  /** Epoch milliseconds, as every time in the store. */
  started: number | null
  ended: number | null
  /** How many captures it has. */
  photos: number
  tags: string[]
  watermark: Watermark | null
  /** Of the watermark: part of every signed link, so that old renderings are never served. */
  rev: number
  created: number
  updated: number
  /** Its photos are in the bin since then; null: it is there. */
  deleted: number | null
}

export type InstallationPatch = Partial<
  Pick<
    Installation,
    | 'name'
    | 'description'
    | 'timezone'
    | 'latitude'
    | 'longitude'
    | 'address'
    | 'status'
    | 'started'
    | 'ended'
    | 'tags'
    | 'watermark'
    | 'rev'
    | 'updated'
    | 'deleted'
  >
>

export interface InstallationFilter {
  project: string
  /** `all`, or these. */
  visible: 'all' | readonly string[]
  status?: Installation['status']
  /** In the name, the description or the address, without regard to case. */
  q?: string
  tag?: string
}

/** What is gone (`deleted`) is not found by any of these. */
export interface InstallationRepository {
  insert(installation: Installation): Promise<void>
  find(project: string, id: string): Promise<Installation | undefined>
  findMany(project: string, ids: readonly string[]): Promise<Installation[]>
  /** That of a capture: to be asked for together with it. */
  ofCapture(project: string, capture: string): Promise<Installation | undefined>
  /** Like find; the row stays locked until the transaction ends: counts and times of its captures change under it. */
  lock(project: string, id: string): Promise<Installation | undefined>
  /** In order of (name, id), after `after`. */
  page(
    filter: InstallationFilter,
    page: { after?: { name: string; id: string }; limit: number },
  ): Promise<Installation[]>
  /** The row as it is now. */
  update(project: string, id: string, patch: InstallationPatch): Promise<Installation | undefined>
  /** Forgets one that was deleted before; its captures are gone. */
  purge(id: string, before: number): Promise<boolean>
  /** Of those whose captures are getting the local times of another zone. */
  zoneChanges(installations: readonly string[]): Promise<ZoneChange[]>
  saveZoneChange(change: ZoneChange): Promise<void>
  /** Every capture has the times of the zone. */
  endZoneChange(installation: string): Promise<void>
}

/** An installation got another zone; its captures follow from the newest to the oldest. */
export interface ZoneChange {
  installation: string
  /** What those not reached yet go by. */
  zoneBefore: string
  /** Captures looked at so far. */
  moved: number
  /** The last of them; null: none. */
  after: CaptureMark | null
}

/** What is derived from a capture's time and its installation's zone. */
export interface CaptureTimes extends Local {
  id: string
  taken: number
  flags: Flag[]
}

export interface Group {
  /** `gr_…` */
  id: string
  project: string
  name: string
  description: string | null
  created: number
  updated: number
}

export interface GroupMember {
  user: string
  username: string
  right: Right
}

export interface GroupRepository {
  /** `conflict` when the name is taken. */
  insert(group: Group): Promise<void>
  find(project: string, id: string): Promise<Group | undefined>
  /** In order of name, after `after`; `of`: those with one of these installations, with any (`filled`), or all. */
  page(
    project: string,
    page: { of: 'all' | 'filled' | readonly string[]; after?: string; limit: number },
  ): Promise<Group[]>
  /** How many installations each has, of these; those without any are left out. */
  counts(groups: readonly string[], of: 'all' | readonly string[]): Promise<Map<string, number>>
  update(project: string, id: string, patch: Partial<Pick<Group, 'name' | 'description' | 'updated'>>): Promise<boolean>
  delete(project: string, id: string): Promise<boolean>
  /** Those that are there, in order of id. */
  installations(group: string): Promise<string[]>
  setInstallations(group: string, installations: readonly string[]): Promise<void>
  /** Takes it out of all groups. */
  dropInstallation(installation: string): Promise<void>
  /** In order of their names. */
  members(group: string): Promise<GroupMember[]>
  /** Null takes the user out; false: there was no such member to take out. */
  setMember(group: string, user: string, right: Right | null): Promise<boolean>
  /** What groups give the user; `everywhere` is the user's own column. */
  accessOf(user: { id: string; project: string; siteAccess: Right | null }): Promise<Access>
}

/** In the order of their bits in the store. */
export const flags = ['blank', 'dark', 'blurred', 'obstructed', 'view_moved', 'duplicate_view'] as const
export type Flag = (typeof flags)[number]

export type TimeSource = 'given' | 'exif' | 'exif_local' | 'filename' | 'received'

export interface Exposure {
  camera?: string
  iso?: number
  aperture?: number
  /** Seconds as they are written: `1/250`. */
  shutter?: string
}

/** One photo. */
export interface Capture {
  /** `ph_…` */
  id: string
  /** Id of its file in the library. */
  asset: string
  project: string
  installation: string
  camera: string | null
  sha256: string
  /** When it was taken: the order of everything is (taken, id). */
  taken: number
  /** The installation's local time then, as core/sites/zones.ts gives it. */
  offset: number
  day: number
  minute: number
  weekday: number
  timeSource: TimeSource
  received: number
  /** As it came. */
  filename: string
  blob: string
  mime: string
  size: number
  /** Of the upright picture. */
  width: number
  height: number
  tags: string[]
  flags: Flag[]
  exposure: Exposure | null
}

/** A capture with what its asset's judgement says; null: not judged. */
export interface JudgedCapture extends Capture {
  score: number | null
  label: string | null
}

/** All must hold. Several values of one member: any of them. */
export interface CaptureFilter {
  project: string
  installations: readonly string[]
  camera?: string
  /** Half open, epoch milliseconds. */
  from?: number
  to?: number
  /** Local days, `20210531`. */
  days?: readonly number[]
  /** Local minutes of the day, both inclusive; `from` after `to` goes over midnight. */
  minutes?: { from: number; to: number }
  /** 1..7 */
  weekdays?: readonly number[]
  /** Local hours. */
  hours?: readonly number[]
  /** Every one of them. */
  tags?: readonly string[]
  /** Every one of them. */
  flags?: readonly Flag[]
  /** None of them. */
  notFlags?: readonly Flag[]
}

/** A place in the order (taken, id). */
export interface CaptureMark {
  taken: number
  id: string
}

export interface CapturePage {
  order: 'asc' | 'desc'
  after?: CaptureMark
  limit: number
  /** Leaves out so many first. */
  skip?: number
}

/** What a local day has: its first and last photo in order of time, and the one to show for it. */
export interface CaptureDay {
  day: number
  count: number
  first: string
  last: string
  /** Nearest noon, of those without flags where there are such. */
  cover: string
}

/** What may change in a capture. */
export type CapturePatch = Partial<
  Pick<Capture, 'tags' | 'flags' | 'taken' | 'offset' | 'day' | 'minute' | 'weekday' | 'timeSource' | 'exposure'>
>

/**
 * Days' and installations' counts change with the captures, in the same transaction. Whoever changes captures of an
 * installation holds its row (`installations.lock`).
 */
export interface CaptureRepository {
  /** `conflict` when the camera (or installation) has the same bytes already. */
  insert(capture: Capture): Promise<void>
  /** Not those of a deleted installation. */
  find(project: string, id: string): Promise<JudgedCapture | undefined>
  /** Nor these. */
  findMany(project: string, ids: readonly string[]): Promise<JudgedCapture[]>
  /** Of this camera, or where it is null of this installation without a camera. */
  findSame(installation: string, camera: string | null, sha256: string): Promise<JudgedCapture | undefined>
  /** In order, after the mark. */
  page(filter: CaptureFilter, page: CapturePage): Promise<JudgedCapture[]>
  /** Of those that fit the filter one per slot, each installation by itself; in order, after the mark. */
  thinned(filter: CaptureFilter, every: Every, page: CapturePage): Promise<JudgedCapture[]>
  count(filter: CaptureFilter): Promise<number>
  latest(installation: string): Promise<JudgedCapture | undefined>
  /** The newest of each of these installations that has one, in one statement. */
  latestOf(installations: readonly string[]): Promise<JudgedCapture[]>
  /** Newest first, after the mark. */
  times(installation: string, after: CaptureMark | null, limit: number): Promise<CaptureTimes[]>
  /** Gives these their local times; days' counts follow. */
  setTimes(project: string, captures: readonly { before: CaptureTimes; local: Local }[]): Promise<void>
  /** The nearest in time; of two as near the earlier one. */
  nearest(installation: string, at: number): Promise<JudgedCapture | undefined>
  /** Days with photos from `from` to `to`, both inclusive, ascending. */
  days(installation: string, from: number, to: number): Promise<CaptureDay[]>
  /** Tags of photos of these installations, in order, after `after`, with how many photos have them. */
  tags(
    installations: readonly string[],
    page: { after?: string; limit: number },
  ): Promise<{ tag: string; count: number }[]>
  /** False when it is gone. */
  update(capture: Pick<Capture, 'id' | 'project'>, patch: CapturePatch): Promise<boolean>
  /** Each its own patch, days are counted once for all; returns as they are now those that there are. */
  updateMany(project: string, changes: readonly { id: string; patch: CapturePatch }[]): Promise<Capture[]>
  /** Ids of all installations of the project that there are. */
  places(project: string): Promise<string[]>
  /** Locks the installations' rows, in order of id, gone ones too, until the transaction ends. */
  hold(installations: readonly string[]): Promise<void>
  /** The first of an installation, in order of time. */
  some(project: string, installation: string, limit: number): Promise<Pick<Capture, 'id' | 'asset'>[]>
  /** Returns those that there were. */
  delete(project: string, ids: readonly string[]): Promise<Capture[]>
  /** Those whose files these are: when files go, their captures go. */
  ofAssets(project: string, assets: readonly string[]): Promise<Capture[]>
}

/** A capture in the bin. */
export interface BinnedCapture {
  capture: Capture
  deleted: number
}

/**
 * Captures that were deleted, with their files, versions and judgements, as they were: nothing else finds them. Their blobs
 * stay referenced. As with captures, whoever calls holds the installation.
 */
export interface CaptureBinRepository {
  /** Moves them there with their files; returns those that there were. */
  put(project: string, captures: readonly string[], deleted: number): Promise<Capture[]>
  find(project: string, id: string): Promise<BinnedCapture | undefined>
  /**
   * Puts it back with all that it had, its file into this folder; false when it is not in the bin.
   * `conflict` when the camera (or installation) has the same bytes again.
   */
  restore(project: string, id: string, place: { folder: string; local: Local }): Promise<boolean>
  /** The oldest of those deleted before, in order of age. */
  expired(before: number, limit: number): Promise<{ id: string; project: string }[]>
  /** Deletes them for good; returns what their files held. */
  purge(project: string, ids: readonly string[]): Promise<Held[]>
}
