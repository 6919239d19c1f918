/** Cameras, their alerts, keys and diagnostics as JSON (section 7.2), and their schemas for the document. */
import { z } from 'zod'
import type { Key } from '../../core/keys/records.ts'
import { type AlertState, alertKinds, type Camera, type Diagnostic } from '../../core/sites/cameras/records.ts'
import { formatInstant } from '../../core/sites/zones.ts'

const time = z.string().describe('RFC 3339, UTC')

export const scheduleSchema = z
  .object({
    interval_minutes: z.number(),
    active_from: z.string().nullable().describe('Local time of the installation, HH:mm'),
    active_to: z.string().nullable(),
  })
  .meta({ id: 'Schedule' })

export const alertSchema = z
  .object({
    type: z.enum(alertKinds),
    since: time,
    value: z.number().nullable().describe('Millivolts, megabytes, or photos in a row; null of no_contact'),
    value_at: time.describe('Of the newest reading; of no_contact the last contact'),
  })
  .meta({ id: 'CameraAlert' })

export const cameraSchema = z
  .object({
    id: z.string(),
    serial: z.string().nullable(),
    name: z.string(),
    model: z.string().nullable(),
    firmware: z.string().nullable(),
    installation_id: z.string().nullable().describe('null: in store'),
    enabled: z.boolean(),
    last_seen_at: time.nullable(),
    next_due_at: time.nullable(),
    schedule: scheduleSchema.nullable(),
    voltage_alert_mv: z.number(),
    alerts: z.array(alertSchema),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Camera' })

const instantOrNull = (ms: number | null) => (ms === null ? null : formatInstant(ms))

export function cameraResource(camera: Camera, alerts: readonly AlertState[]): z.output<typeof cameraSchema> {
  return {
    id: camera.id,
    serial: camera.serial,
    name: camera.name,
    model: camera.model,
    firmware: camera.firmware,
    installation_id: camera.installation,
    enabled: camera.enabled,
    last_seen_at: instantOrNull(camera.seen),
    next_due_at: instantOrNull(camera.due),
    schedule: camera.schedule,
    voltage_alert_mv: camera.voltageAlertMv,
    alerts: alerts.map(({ kind, since, value, last }) => ({
      type: kind,
      since: formatInstant(since ?? last),
      value,
      value_at: formatInstant(last),
    })),
    created_at: formatInstant(camera.created),
    updated_at: formatInstant(camera.updated),
  }
}

export const ingestKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    enabled: z.boolean(),
    created_at: time,
    last_used_at: time.nullable(),
  })
  .meta({ id: 'IngestKey' })

export function ingestKeyResource(key: Key): z.output<typeof ingestKeySchema> {
  return {
    id: key.id,
    name: key.label,
    prefix: key.publicKey ?? '',
    enabled: key.status === 'active',
    created_at: formatInstant(key.created),
    last_used_at: instantOrNull(key.used),
  }
}

export const diagnosticSchema = z
  .object({
    recorded_at: time,
    battery_mv: z.number().nullable(),
    external_power: z.boolean().nullable(),
    signal_dbm: z.number().nullable(),
    temperature_c: z.number().nullable(),
    humidity_pct: z.number().nullable(),
    storage_free_mb: z.number().nullable(),
    photos_pending: z.number().nullable(),
    event_code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'Diagnostic' })

export function diagnosticResource(record: Diagnostic): z.output<typeof diagnosticSchema> {
  return {
    recorded_at: formatInstant(record.recorded),
    battery_mv: record.batteryMv,
    external_power: record.externalPower,
    signal_dbm: record.signalDbm,
    temperature_c: record.temperatureC,
    humidity_pct: record.humidityPct,
    storage_free_mb: record.storageFreeMb,
    photos_pending: record.photosPending,
    event_code: record.event === '' ? null : record.event,
    message: record.message,
  }
}
