/** Colours of a part of the picture as a few clouds in Lab, and how well each pixel fits them. */

interface Cloud {
  /** Logarithm of its share, less what normalises it. */
  scale: number
  mean: readonly [number, number, number]
  /** The inverse of its covariance: xx, yy, zz, xy, xz, yz. */
  inverse: readonly [number, number, number, number, number, number]
}

const clouds = 6
const rounds = 8
/** Added to variances: noise, and so that one flat colour stays a cloud. */
const softness = 6

/** @param weights how much each pixel belongs to the part, 0..1 */
export function fitClouds(lab: Float32Array, weights: Float32Array): Cloud[] {
  const centres = startCentres(lab, weights)
  let sums: Float64Array[] = []
  for (let round = 0; round < rounds; round++) {
    sums = centres.map(() => new Float64Array(10))
    gather(lab, weights, centres, sums)
    for (const [index, sum] of sums.entries()) {
      const total = sum[0] ?? 0
      if (total > 0) centres[index] = [(sum[1] ?? 0) / total, (sum[2] ?? 0) / total, (sum[3] ?? 0) / total]
    }
  }
  const all = sums.reduce((total, sum) => total + (sum[0] ?? 0), 0)
  return sums.flatMap((sum) => ((sum[0] ?? 0) > all * 0.002 ? [cloudOf(sum, all)] : []))
}

/** Logarithm of how well each pixel fits. */
export function fitting(lab: Float32Array, mixture: readonly Cloud[]): Float32Array {
  const fit = new Float32Array(lab.length / 3)
  for (let at = 0; at < fit.length; at++) {
    const [l, a, b] = [lab[at * 3] ?? 0, lab[at * 3 + 1] ?? 0, lab[at * 3 + 2] ?? 0]
    let total = 0
    for (const { scale, mean, inverse } of mixture) {
      const [x, y, z] = [l - mean[0], a - mean[1], b - mean[2]]
      const [xx, yy, zz, xy, xz, yz] = inverse
      const far = x * x * xx + y * y * yy + z * z * zz + 2 * (x * y * xy + x * z * xz + y * z * yz)
      total += Math.exp(scale - far / 2)
    }
    fit[at] = Math.log(total + 1e-12)
  }
  return fit
}

type Centre = [number, number, number]

/** The mean first, then each time the pixel that is farthest from all so far: the same for the same picture. */
function startCentres(lab: Float32Array, weights: Float32Array): Centre[] {
  const mean: Centre = [0, 0, 0]
  let total = 1e-9
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] ?? 0
    total += weight
    for (let band = 0; band < 3; band++) mean[band] = (mean[band] ?? 0) + weight * (lab[at * 3 + band] ?? 0)
  }
  const centres: Centre[] = [[mean[0] / total, mean[1] / total, mean[2] / total]]
  const nearest = new Float32Array(weights.length).fill(Number.POSITIVE_INFINITY)
  while (centres.length < clouds) {
    const last = centres.at(-1) ?? mean
    let [best, most] = [0, -1]
    for (let at = 0; at < weights.length; at += 3) {
      nearest[at] = Math.min(nearest[at] ?? 0, distance(lab, at, last))
      const value = (weights[at] ?? 0) * Math.sqrt(nearest[at] ?? 0)
      if (value > most) [best, most] = [at, value]
    }
    centres.push([lab[best * 3] ?? 0, lab[best * 3 + 1] ?? 0, lab[best * 3 + 2] ?? 0])
  }
  return centres
}

const distance = (lab: Float32Array, at: number, [l, a, b]: Centre) =>
  ((lab[at * 3] ?? 0) - l) ** 2 + ((lab[at * 3 + 1] ?? 0) - a) ** 2 + ((lab[at * 3 + 2] ?? 0) - b) ** 2

/** Every third pixel into the sums of its nearest centre: weight, then first and second moments. */
function gather(lab: Float32Array, weights: Float32Array, centres: readonly Centre[], sums: Float64Array[]): void {
  const places = Float64Array.from(centres.flat())
  for (let at = 0; at < weights.length; at += 3) {
    const weight = weights[at] ?? 0
    if (weight < 0.05) continue
    const [l, a, b] = [lab[at * 3] ?? 0, lab[at * 3 + 1] ?? 0, lab[at * 3 + 2] ?? 0]
    let nearest = 0
    let least = Number.POSITIVE_INFINITY
    for (let place = 0; place < places.length; place += 3) {
      const [x, y, z] = [l - (places[place] ?? 0), a - (places[place + 1] ?? 0), b - (places[place + 2] ?? 0)]
      const far = x * x + y * y + z * z
      if (far >= least) continue
      least = far
      nearest = place / 3
    }
    const sum = sums[nearest]
    if (sum === undefined) continue
    sum[0] = (sum[0] ?? 0) + weight
    sum[1] = (sum[1] ?? 0) + weight * l
    sum[2] = (sum[2] ?? 0) + weight * a
    sum[3] = (sum[3] ?? 0) + weight * b
    sum[4] = (sum[4] ?? 0) + weight * l * l
    sum[5] = (sum[5] ?? 0) + weight * a * a
    sum[6] = (sum[6] ?? 0) + weight * b * b
    sum[7] = (sum[7] ?? 0) + weight * l * a
    sum[8] = (sum[8] ?? 0) + weight * l * b
    sum[9] = (sum[9] ?? 0) + weight * a * b
  }
}

function cloudOf(sum: Float64Array, all: number): Cloud {
  const total = sum[0] ?? 1
  const [x = 0, y = 0, z = 0, xx = 0, yy = 0, zz = 0, xy = 0, xz = 0, yz = 0] = sum.subarray(1).map((s) => s / total)
  const a = xx - x * x + softness
  const b = yy - y * y + softness
  const c = zz - z * z + softness
  const [d, e, f] = [xy - x * y, xz - x * z, yz - y * z]
  const determinant = Math.max(1e-6, a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e))
  return {
    scale: Math.log(total / all) - Math.log(determinant) / 2,
    mean: [x, y, z],
    inverse: [
      (b * c - f * f) / determinant,
      (a * c - e * e) / determinant,
      (a * b - d * d) / determinant,
      (e * f - d * c) / determinant,
      (d * f - b * e) / determinant,
      (d * e - a * f) / determinant,
    ],
  }
}
