/** Whether confidences are what they say: of the answers given with 0.8, four of five should be right. */

export interface Certain {
  /** 0..1. */
  confidence: number
  right: boolean
}

export interface CalibrationBin {
  /** Lowest and highest confidence in it. */
  from: number
  to: number
  answers: number
  /** Of them: mean confidence, and share of right ones. */
  confidence: number
  accuracy: number
}

export interface Calibration {
  /** Expected calibration error: mean distance of confidence and accuracy over the bins, each by its answers. */
  ece: number
  bins: readonly CalibrationBin[]
}

/** Bins of equal width; empty ones are left out. */
export function calibrationOf(answers: readonly Certain[], count = 10): Calibration {
  const bins = Array.from({ length: count }, (_, number) => {
    const within = answers.filter(({ confidence }) => Math.min(count - 1, Math.floor(confidence * count)) === number)
    return {
      from: number / count,
      to: (number + 1) / count,
      answers: within.length,
      confidence: mean(within.map(({ confidence }) => confidence)),
      accuracy: mean(within.map(({ right }) => (right ? 1 : 0))),
    }
  }).filter((bin) => bin.answers > 0)
  const off = bins.map((bin) => Math.abs(bin.confidence - bin.accuracy) * bin.answers)
  return { ece: off.reduce((sum, value) => sum + value, 0) / Math.max(1, answers.length), bins }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
