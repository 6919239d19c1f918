/** Liveness and readiness for load balancers and container health checks. */
import type { FastifyInstance } from 'fastify'

export function registerHealth(
  app: FastifyInstance,
  checks: Record<string, () => Promise<void>>,
  draining: () => boolean,
): void {
  app.get('/livez', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const outcomes = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check()
          return [name, 'ok'] as const
        } catch (error) {
          return [name, error instanceof Error ? error.message : 'does not answer'] as const
        }
      }),
    )
    const ready = !draining() && outcomes.every(([, outcome]) => outcome === 'ok')
    return reply
      .code(ready ? 200 : 503)
      .headers({ 'cache-control': 'no-store', ...(ready ? {} : { 'retry-after': '5' }) })
      .send({ status: draining() ? 'draining' : ready ? 'ok' : 'not ready', checks: Object.fromEntries(outcomes) })
  })
}
