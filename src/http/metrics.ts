/** Prometheus metrics of the whole process; parts add their gauges in compose.ts. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { createRequestMetrics } from './request-metrics.ts'

/** One number, or one by label. */
type Gauged = number | Record<string, number>

export interface Metrics {
  contentType: string
  text(): Promise<string>
  /** One answered request; `ms` is its duration. */
  observe(api: string, route: string, method: string, status: number, ms: number): void
  /** A gauge (or a set of them by label) read at scrape time. */
  gauge(name: string, help: string, read: () => Gauged | Promise<Gauged>): void
  /** The same for what only grows. */
  counter(name: string, help: string, read: () => Record<string, number>): void
  /** Durations by name. */
  durations(name: string, help: string): (label: string, ms: number) => void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'imagestead_' })
  const requests = createRequestMetrics()

  return {
    contentType: registry.contentType,
    text: async () => `${requests.text()}\n${await registry.metrics()}`,
    observe: requests.observe,
    gauge(name, help, read) {
      new Gauge({
        name: `imagestead_${name}`,
        help,
        labelNames: ['name'] as const,
        registers: [registry],
        async collect() {
          const value = await read()
          if (typeof value === 'number') this.set(value)
          else for (const [label, amount] of Object.entries(value)) this.set({ name: label }, amount)
        },
      })
    },
    counter(name, help, read) {
      new Counter({
        name: `imagestead_${name}`,
        help,
        labelNames: ['name'] as const,
        registers: [registry],
        collect() {
          this.reset()
          for (const [label, amount] of Object.entries(read())) this.inc({ name: label }, amount)
        },
      })
    },
    durations(name, help) {
      const histogram = new Histogram({
        name: `imagestead_${name}`,
        help,
        labelNames: ['name'] as const,
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        registers: [registry],
      })
      return (label, ms) => histogram.observe({ name: label }, ms / 1000)
    },
  }
}
