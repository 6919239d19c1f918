/** A rising line through points, straight between them: how a model's or our own raw number becomes 0..10. */

export type Curve = readonly (readonly [number, number])[]

/** Before the first and after the last point the nearest piece goes on, within 0..10. */
export function onCurve(curve: Curve, value: number): number {
  const after = curve.findIndex(([from]) => value < from)
  const end = Math.min(curve.length - 1, Math.max(1, after < 0 ? curve.length - 1 : after))
  const [low, high] = [curve[end - 1], curve[end]]
  if (low === undefined || high === undefined) return low?.[1] ?? value
  const share = (value - low[0]) / (high[0] - low[0])
  return Math.min(10, Math.max(0, low[1] + share * (high[1] - low[1])))
}
