/** Fixed windows: they start at multiples of their length (UTC). */
import type { LimitPolicy, LimitState } from '../../core/limits/records.ts'

export interface Window {
  /** Counter of this bucket under this policy. */
  name: string
  start: number
  ends: number
}

export function windowOf(bucket: string, policy: LimitPolicy, now: number): Window {
  const start = now - (now % policy.windowMs)
  return { name: `${policy.name}:${bucket}`, start, ends: start + policy.windowMs }
}

/** @param used what the window holds after the hit, or instead of it when it was refused */
export function stateOf(policy: LimitPolicy, window: Window, used: number, allowed: boolean): LimitState {
  return { allowed, limit: policy.max, remaining: Math.max(0, policy.max - used), resetAt: window.ends }
}
