import { describe, expect, it } from 'vitest'
import { readHeader } from '../header.ts'
import { compressSvg } from './svg.ts'

const svg = (content: string, attributes = 'width="100" height="80" viewBox="0 0 100 80"') =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`)

async function shortened(file: Buffer, level: 'low' | 'recommended' | 'extreme' = 'recommended'): Promise<string> {
  return (await compressSvg(await readHeader(file), level)).toString()
}

const curve =
  '<path d="M 10.123456 10.654321 C 20.111111 5.222222, 40.333333 60.444444, 90.555555 70.666666" stroke="#ff0000" fill="none"/>'

describe('compressing SVG', () => {
  it('shortens numbers, the more the stronger the level', async () => {
    const lengths = []
    for (const level of ['low', 'recommended', 'extreme'] as const) {
      lengths.push((await shortened(svg(curve.repeat(4)), level)).length)
    }
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
    expect(lengths[0]).toBeLessThan(svg(curve.repeat(4)).length * 0.9)
  })

  it('keeps viewBox, ids, definitions, titles and what is hidden', async () => {
    const result = await shortened(
      svg(
        '<title>Sun</title><defs><g id="unused"><circle r="3"/></g></defs><rect id="a" width="9" height="9" display="none"/>',
      ),
    )
    for (const kept of ['viewBox', 'id="unused"', 'id="a"', '<title>', 'display="none"']) expect(result).toContain(kept)
  })

  it('takes scripts and event handlers out', async () => {
    const result = await shortened(
      svg('<script>alert(1)</script><rect width="50" height="50" onclick="alert(2)" fill="#123456"/>'),
    )
    expect(result).not.toContain('alert')
    expect(result).toContain('#123456')
  })

  it('leaves moving pictures, entities and what does not parse alone', async () => {
    const moving = svg('<rect width="10.00000" height="9"><animate attributeName="width" to="50" dur="1s"/></rect>')
    expect(await shortened(moving)).toBe(moving.toString())
    const entities = Buffer.from(
      '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9.000" height="9"/></svg>',
    )
    expect(await shortened(entities)).toBe(entities.toString())
  })

  it('drops what is no longer needed of an editor', async () => {
    const file = svg(
      '<!-- Generator --><metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata><rect width="50" height="50"/>',
    )
    expect(await shortened(file)).not.toMatch(/Generator|metadata/)
  })
})
