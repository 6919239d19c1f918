import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configurationFile, configurationPage } from '../scripts/docs.ts'
import { curlSteps, nodeClientSample, placeholders } from '../src/apis/home/samples.ts'
import {
  astroService,
  htmlSrcset,
  imageCurlSteps,
  imageNodeSample,
  nextLoader,
  nuxtProvider,
} from '../src/apis/home/samples-images.ts'
import {
  libraryBrowserShim,
  libraryCurlSteps,
  libraryNode6Sample,
  libraryNodeSample,
} from '../src/apis/home/samples-library.ts'
import { accountPlaceholders, scoringCurlSteps, scoringNodeSample } from '../src/apis/home/samples-scoring.ts'
import { siteKeyPlaceholder, sitesCurlSteps, sitesNodeSample } from '../src/apis/home/samples-sites.ts'
import { packageRoot } from '../src/paths.ts'

test('docs/configuration.md says what src/config.ts says; otherwise: npm run docs', () => {
  expect(readFileSync(configurationFile, 'utf8')).toBe(configurationPage())
})

test('the README shows the samples that are tested', () => {
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8')
  const server = 'http://127.0.0.1:8080'
  for (const { code } of curlSteps(server, placeholders, '/assets/sample.jpg')) expect(readme).toContain(code)
  expect(readme).toContain(nodeClientSample(server, placeholders))
  for (const { code } of libraryCurlSteps(server, placeholders, '/assets/sample.jpg')) expect(readme).toContain(code)
  expect(readme).toContain(libraryNodeSample(server, placeholders))
  for (const { code } of imageCurlSteps(server, placeholders, '/assets/sample.jpg')) expect(readme).toContain(code)
  expect(readme).toContain(imageNodeSample(server, placeholders))
  for (const { code } of scoringCurlSteps(server, accountPlaceholders, '/assets/sample.jpg')) {
    expect(readme).toContain(code)
  }
  expect(readme).toContain(scoringNodeSample(server, accountPlaceholders))
  for (const { code } of sitesCurlSteps(server, siteKeyPlaceholder, '/assets/sample.jpg')) {
    expect(readme).toContain(code)
  }
  expect(readme).toContain(sitesNodeSample(server, siteKeyPlaceholder))
})

test('the shims of older clients stand in docs/compatibility.md as they are tested', () => {
  const page = readFileSync(join(packageRoot, 'docs/compatibility.md'), 'utf8')
  expect(page).toContain(libraryNode6Sample('http://127.0.0.1:8080', placeholders))
  expect(page).toContain(libraryBrowserShim('http://127.0.0.1:8080'))
})

test('the snippets for web pages stand in docs/image-urls.md as they are tested', () => {
  const page = readFileSync(join(packageRoot, 'docs/image-urls.md'), 'utf8')
  for (const snippet of [htmlSrcset, nextLoader, nuxtProvider, astroService]) {
    expect(page).toContain(snippet('http://127.0.0.1:8080/default'))
  }
})

test('every link between the files of the documentation leads somewhere', () => {
  const folder = join(packageRoot, 'docs')
  const pages = ['README.md', ...readdirSync(folder).map((name) => join('docs', name))].filter((name) =>
    /\.md$/.test(name),
  )
  const dead = pages.flatMap((page) => {
    const text = readFileSync(join(packageRoot, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '')
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|src(?:set)?="([^"]+)"/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    )
    return targets
      .filter((target) => !/^https?:/.test(target) && !leadsSomewhere(page, target))
      .map((to) => `${page}: ${to}`)
  })
  expect(dead).toEqual([])
})

/** A file beside the page, or a heading of one. */
function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', heading] = target.split('#')
  try {
    const text = readFileSync(path === '' ? join(packageRoot, page) : join(packageRoot, page, '..', path), 'utf8')
    if (heading === undefined) return true
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => slug(String(title)))
    return headings.includes(heading)
  } catch {
    return false
  }
}

const slug = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
