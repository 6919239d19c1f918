/** What a server's metrics say of image URLs. */
import type { TestServer } from './stack.ts'

/** `imagestead_delivery_answers_total` by name: url, memory, store, joined, miss. */
export async function deliveryAnswers({ url }: Pick<TestServer, 'url'>): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = [...text.matchAll(/^imagestead_delivery_answers_total\{name="(\w+)"\} (\d+)$/gm)]
  return Object.fromEntries(lines.map(([, name, count]) => [name, Number(count)]))
}
