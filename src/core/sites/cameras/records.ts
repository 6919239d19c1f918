/** Cameras as the store keeps them (site-photos-api.md section 7.2): units, what they report, and what is wrong with them. */

/** When a camera is expected to make contact. */
export interface Schedule {
  interval_minutes: number
  /** Local times of its installation, `06:00`; both null: day and night. From after to: over midnight. */
  active_from: string | null
  active_to: string | null
}

export interface Camera {
  /** `cm_…` */
  id: string
  project: string
  serial: string | null
  name: string
  model: string | null
  firmware: string | null
  /** Where it is; null: in store. Of an installation at most one. */
  installation: string | null
  enabled: boolean
  schedule: Schedule | null
  voltageAlertMv: number
  /** Epoch milliseconds, as every time in the store: its last photo or diagnostics. */
  seen: number | null
  /** Since when it is expected to make contact: put up, switched on, given its schedule. */
  watched: number
  /** When the next contact is due; null: none is expected. */
  due: number | null
  /** When it counts as lost; null: nobody waits, or it is lost already. */
  lost: number | null
  created: number
  updated: number
}

export type CameraPatch = Partial<Omit<Camera, 'id' | 'project' | 'created'>>

export interface CameraFilter {
  project: string
  /** At these installations; `installed`: at any; `all`: in store too. */
  visible: 'all' | 'installed' | readonly string[]
  /** Null: in store. */
  installation?: string | null
  enabled?: boolean
  /** In the name or the serial number, without regard to case. */
  q?: string
  alert?: AlertKind
}

export const alertKinds = ['low_voltage', 'no_contact', 'storage_low', 'dark_or_blank_photo', 'view_moved'] as const
export type AlertKind = (typeof alertKinds)[number]

/** What is known of one kind of trouble of one camera. */
export interface AlertState {
  camera: string
  kind: AlertKind
  /** When the trouble began; null: there is none. */
  since: number | null
  /** Millivolts, megabytes, photos in a row; null: has no figure. */
  value: number | null
  /** Time of the newest reading; older ones change nothing. */
  last: number
  /** Readings in a row that speak against the present state. */
  streak: number
}

/** One record that a unit sent. */
export interface Diagnostic {
  camera: string
  recorded: number
  /** Empty: none. */
  event: string
  batteryMv: number | null
  externalPower: boolean | null
  signalDbm: number | null
  temperatureC: number | null
  humidityPct: number | null
  storageFreeMb: number | null
  photosPending: number | null
  message: string | null
}

/** A place in the order (recorded, event), newest first. */
export interface DiagnosticMark {
  recorded: number
  event: string
}

export interface DiagnosticPage {
  /** Half open, epoch milliseconds. */
  from?: number
  to?: number
  /** Only the newest record of each slot of so many milliseconds. */
  everyMs?: number
  after?: DiagnosticMark
  limit: number
}

export interface CameraRepository {
  /** `conflict` when the name or the serial number is taken, or the installation has a camera. */
  insert(camera: Camera): Promise<void>
  find(project: string, id: string): Promise<Camera | undefined>
  /** Like find; the row stays locked until the transaction ends. Lock installations before cameras. */
  lock(project: string, id: string): Promise<Camera | undefined>
  /** Whether a camera other than `id` has this name or number, or stands there. */
  taken(
    project: string,
    wanted: { name?: string; serial?: string | null; installation?: string | null },
    id?: string,
  ): Promise<'name' | 'serial' | 'installation' | undefined>
  /** In order of (name, id), after `after`. */
  page(filter: CameraFilter, page: { after?: { name: string; id: string }; limit: number }): Promise<Camera[]>
  /** Those at these installations. */
  at(installations: readonly string[]): Promise<Camera[]>
  /** The row as it is now. */
  update(id: string, patch: CameraPatch): Promise<Camera | undefined>
  /** Cameras of all projects that count as lost at this moment, the longest lost first. */
  lost(at: number, limit: number): Promise<Camera[]>
  /** Ids of all projects in order, after `after`: for sweeps. */
  ids(after: string | undefined, limit: number): Promise<string[]>

  /** Open alerts of these cameras, in order of their kinds. */
  alerts(cameras: readonly string[]): Promise<AlertState[]>
  /** Everything known, open or not. */
  alertStates(camera: string): Promise<AlertState[]>
  saveAlerts(states: readonly AlertState[]): Promise<void>
  /** Forgets what was known: the camera stands elsewhere. */
  dropAlerts(camera: string, kinds: readonly AlertKind[]): Promise<void>

  /** Returns those that were not there yet. */
  addDiagnostics(records: readonly Diagnostic[]): Promise<Diagnostic[]>
  /** Newest first, after the mark. */
  diagnostics(camera: string, page: DiagnosticPage): Promise<Diagnostic[]>
  /** When the oldest was recorded; undefined: there is none. */
  oldestDiagnostic(camera: string): Promise<number | undefined>
  /** Deletes up to `limit` records of the camera older than that; returns how many. */
  sweepDiagnostics(camera: string, before: number, limit: number): Promise<number>
}
