/** Entry of an engine child: one job at a time, at low priority, with no life of its own beyond the parent's. */
import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'

lowerPriority()
const { serve } = await import('./serve.ts')
// Threads that were started meanwhile (the import used the pool) have the old priority still.
lowerPriority()
serve(JSON.parse(process.argv[2] ?? '{}'))

/** The server's own work goes first. On Linux priorities belong to threads. */
function lowerPriority(): void {
  try {
    const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid]
    for (const thread of threads) setPriority(thread, 10)
  } catch {
    // Better at full priority than not at all.
  }
}
