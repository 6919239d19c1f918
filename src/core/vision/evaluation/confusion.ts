/** Who was taken for whom, and what follows from it: accuracy, recall, precision. */

/** One picture with what it is and what was said of it. */
export interface Answer {
  truth: string
  said: string
}

export interface Confusion {
  /** Rows: those that occur as truth, then (columns only) those that were said beside them. */
  truths: readonly string[]
  said: readonly string[]
  /** counts[truth][said] */
  counts: readonly (readonly number[])[]
}

export interface ClassFigures {
  label: string
  pictures: number
  /** Share of its pictures that were said to be it. */
  recall: number
  /** Share of those said to be it that are; null: nothing was said to be it. */
  precision: number | null
}

export function confusionOf(answers: readonly Answer[]): Confusion {
  const truths = [...new Set(answers.map(({ truth }) => truth))].sort()
  const others = [...new Set(answers.map(({ said }) => said))].filter((name) => !truths.includes(name)).sort()
  const said = [...truths, ...others]
  const counts = truths.map(() => said.map(() => 0))
  for (const answer of answers) {
    const row = counts[truths.indexOf(answer.truth)]
    const column = said.indexOf(answer.said)
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1
  }
  return { truths, said, counts }
}

/** Share of right answers; 0 of none. */
export function accuracyOf(answers: readonly Answer[]): number {
  return answers.filter(({ truth, said }) => truth === said).length / Math.max(1, answers.length)
}

export function figuresOf({ truths, said, counts }: Confusion): ClassFigures[] {
  return truths.map((label, at) => {
    const column = said.indexOf(label)
    const pictures = (counts[at] ?? []).reduce((sum, count) => sum + count, 0)
    const right = counts[at]?.[column] ?? 0
    const claimed = counts.reduce((sum, row) => sum + (row[column] ?? 0), 0)
    return { label, pictures, recall: right / pictures, precision: claimed === 0 ? null : right / claimed }
  })
}
