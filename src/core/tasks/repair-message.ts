/** What a repair tells the caller: what was wrong with the file and how much of the picture was saved. */
import type { RepairReport } from '../ports.ts'

/** One or more sentences for a person. */
export function repairMessage({ findings, savedRows }: RepairReport): string {
  if (findings.length === 0) return 'Nothing was wrong with the file; it comes back unchanged.'
  return savedRows === null ? findings.join(' ') : `${findings.join(' ')} ${share(savedRows)}`
}

/** Rounded down: less than the whole is never called all. */
function share(savedRows: number): string {
  if (savedRows >= 1) return 'All rows of the picture were saved.'
  const percent = Math.floor(savedRows * 100)
  return `${percent < 1 ? 'Less than 1' : percent} % of the rows were saved.`
}
