/** Prometheus metrics of the whole process; parts add their gauges in compose.ts. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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
  const labelNames = ['api', 'route', 'method', 'status'] as const
  const requests = new Counter({
    name: 'imagestead_requests_total',
    help: 'Answered requests',
    labelNames,
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'imagestead_request_duration_seconds',
    help: 'Time from the request line to the last byte of the answer',
    labelNames: ['api', 'route', 'method'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [registry],
  })

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observe(api, route, method, status, ms) {
      requests.inc({ api, route, method, status })
      durations.observe({ api, route, method }, ms / 1000)
    },
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
