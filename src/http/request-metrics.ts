/**
 * Counts and durations of answered requests, in the text format of Prometheus. Written here because every request pays for
 * it, and hot answers are given in less time than a library takes to find the labels of a metric.
 */

export interface RequestMetrics {
  /** One answered request; `ms` is its duration. */
  observe(api: string, route: string, method: string, status: number, ms: number): void
  text(): string
}

/** Seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

interface Series {
  labels: string
  statuses: Map<number, number>
  /** Not cumulative; the last one is of all that took longer. */
  counts: number[]
  seconds: number
}

export function createRequestMetrics(): RequestMetrics {
  const apis = new Map<string, Map<string, Map<string, Series>>>()

  function seriesOf(api: string, route: string, method: string): Series {
    const routes = getOrMake(apis, api, () => new Map())
    const methods = getOrMake(routes, route, () => new Map())
    return getOrMake(methods, method, () => ({
      labels: `api="${escaped(api)}",route="${escaped(route)}",method="${escaped(method)}"`,
      statuses: new Map(),
      counts: new Array<number>(buckets.length + 1).fill(0),
      seconds: 0,
    }))
  }

  return {
    observe(api, route, method, status, ms) {
      const series = seriesOf(api, route, method)
      series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1)
      const seconds = ms / 1000
      let at = 0
      while (at < buckets.length && seconds > (buckets[at] ?? 0)) at += 1
      series.counts[at] = (series.counts[at] ?? 0) + 1
      series.seconds += seconds
    },

    text() {
      const all = [...apis.values()].flatMap((routes) =>
        [...routes.values()].flatMap((methods) => [...methods.values()]),
      )
      const lines = [
        '# HELP imagestead_requests_total Answered requests',
        '# TYPE imagestead_requests_total counter',
        ...all.flatMap(({ labels, statuses }) =>
          [...statuses].map(([status, count]) => `imagestead_requests_total{${labels},status="${status}"} ${count}`),
        ),
        '# HELP imagestead_request_duration_seconds Time from the request line to the last byte of the answer',
        '# TYPE imagestead_request_duration_seconds histogram',
        ...all.flatMap(histogram),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function histogram({ labels, counts, seconds }: Series): string[] {
  const name = 'imagestead_request_duration_seconds'
  let below = 0
  const lines = counts.map((count, at) => {
    below += count
    return `${name}_bucket{le="${buckets[at] ?? '+Inf'}",${labels}} ${below}`
  })
  return [...lines, `${name}_sum{${labels}} ${seconds}`, `${name}_count{${labels}} ${below}`]
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

const escaped = (value: string) => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
