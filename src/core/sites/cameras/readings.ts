/** From what a camera sends to what is wrong with it: alerts open and close with hysteresis, on the newest reading. */
import type { AlertKind, AlertState, Diagnostic } from './records.ts'

export interface Reading {
  kind: AlertKind
  at: number
  value: number | null
  /** Something between is neither trouble nor sound: the alert stays as it is. */
  verdict: 'trouble' | 'between' | 'sound'
  /** So many in a row open the alert, and close it. */
  needed: number
}

export interface AlertChange {
  change: 'opened' | 'closed'
  kind: AlertKind
  since: number
  value: number | null
  /** Of the reading. */
  at: number
}

/** A battery must recover by so much before its alert closes. */
const voltageBandMv = 100
const storageLowMb = 500
const storageSoundMb = 1000
/** A single odd photo is no trouble, a single good one no cure. */
const photosInARow = 2

/** Of one diagnostic record. */
export function readingsOf(record: Diagnostic, voltageAlertMv: number): Reading[] {
  const { recorded: at, batteryMv, storageFreeMb } = record
  const readings: Reading[] = []
  // Units that measure for themselves say so.
  const saysLow = record.event.toUpperCase() === 'VBT'
  if (batteryMv !== null || saysLow) {
    const low = saysLow || (batteryMv ?? 0) < voltageAlertMv
    const sound = !low && (batteryMv ?? 0) >= voltageAlertMv + voltageBandMv
    readings.push({
      kind: 'low_voltage',
      at,
      value: batteryMv,
      verdict: low ? 'trouble' : sound ? 'sound' : 'between',
      needed: 1,
    })
  }
  if (storageFreeMb !== null) {
    const verdict = storageFreeMb < storageLowMb ? 'trouble' : storageFreeMb >= storageSoundMb ? 'sound' : 'between'
    readings.push({ kind: 'storage_low', at, value: storageFreeMb, verdict, needed: 1 })
  }
  return readings
}

/** Of the flags of one photo. `active`: it was taken when photos are due; by night the dark is no trouble. */
export function readingsOfPhoto(at: number, flags: readonly string[], active: boolean): Reading[] {
  const blank = flags.includes('blank')
  const dark = flags.includes('dark')
  const verdict = (trouble: boolean) => (trouble ? 'trouble' : 'sound')
  const common = { at, value: null, needed: photosInARow }
  const readings: Reading[] = []
  if (active || blank) readings.push({ ...common, kind: 'dark_or_blank_photo', verdict: verdict(blank || dark) })
  // What shows nothing does not show whether the view is the same.
  if (!blank && !dark) readings.push({ ...common, kind: 'view_moved', verdict: verdict(flags.includes('view_moved')) })
  return readings
}

/** The state after the reading; undefined: it is older than what is known. */
export function after(
  camera: string,
  state: AlertState | undefined,
  { kind, at, value, verdict, needed }: Reading,
): { state: AlertState; change?: AlertChange } | undefined {
  const known = state ?? { camera, kind, since: null, value: null, last: at, streak: 0 }
  if (at < known.last) return undefined
  const against = verdict === (known.since === null ? 'trouble' : 'sound')
  const streak = against ? known.streak + 1 : 0
  // Photos have no figure of their own: how many in a row there were.
  const counted = value ?? (needed > 1 && verdict === 'trouble' ? (known.value ?? known.streak) + 1 : known.value)
  if (against && streak >= needed) {
    const opens = known.since === null
    const since = known.since ?? at
    return {
      state: { camera, kind, since: opens ? at : null, value: opens ? counted : null, last: at, streak: 0 },
      change: { change: opens ? 'opened' : 'closed', kind, since, value: counted, at },
    }
  }
  return { state: { ...known, value: known.since === null ? null : counted, last: at, streak } }
}
