import { expect, test } from 'vitest'
import { createRequestMetrics } from './request-metrics.ts'

test('counts answers by status and their durations in cumulative buckets', () => {
  const metrics = createRequestMetrics()
  metrics.observe('tasks', '/v1/"a"', 'GET', 200, 4)
  metrics.observe('tasks', '/v1/"a"', 'GET', 200, 5)
  metrics.observe('tasks', '/v1/"a"', 'GET', 404, 30)
  metrics.observe('tasks', '/v1/"a"', 'GET', 200, 90_000)
  const text = metrics.text()
  const labels = String.raw`api="tasks",route="/v1/\"a\"",method="GET"`
  expect(text).toContain(`imagestead_requests_total{${labels},status="200"} 3\n`)
  expect(text).toContain(`imagestead_requests_total{${labels},status="404"} 1\n`)
  const bucket = (le: string) => `imagestead_request_duration_seconds_bucket{le="${le}",${labels}}`
  expect(text).toContain(`${bucket('0.005')} 2\n`)
  expect(text).toContain(`${bucket('0.025')} 2\n`)
  expect(text).toContain(`${bucket('0.05')} 3\n`)
  expect(text).toContain(`${bucket('60')} 3\n`)
  expect(text).toContain(`${bucket('+Inf')} 4\n`)
  expect(text).toContain(`imagestead_request_duration_seconds_sum{${labels}} 90.039\n`)
  expect(text).toContain(`imagestead_request_duration_seconds_count{${labels}} 4\n`)
})
