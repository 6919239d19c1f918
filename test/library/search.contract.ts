/** media-library-api.md section 7: lists and search. What queries find is in src/adapters/database/search.contract.ts. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function searchSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  const names = (json: { name: string }[]) => json.map(({ name }) => name)
  const list = async (query: Record<string, string>) => client.call('GET', `/v1/files?${new URLSearchParams(query)}`)

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
    const small = await quarters(16, 12)
    const large = await quarters(640, 480, 'jpeg')
    const upload = async (fileName: string, folder: string, tags: string, file: Buffer) => {
      const { status } = await client.upload({ file, fileName, folder, tags, useUniqueFileName: 'false' })
      if (status !== 200) throw new Error(`upload answered ${status}`)
    }
    await upload('red_dress.jpg', '/sales', 'summer,dress', large)
    await upload('blue_dress.png', '/sales/old', 'dress', small)
    await upload('notes.txt', '/sales', '', Buffer.from('some text'))
    await upload('red_shoe.png', '/', 'shoe', small)
    await upload('red_shoe.png', '/', 'shoe,second', large)
  })
  afterAll(() => server.stop())

  it('lists current files, oldest first, with and without a trailing slash', async ({ expect }) => {
    for (const path of ['/v1/files', '/v1/files/']) {
      const { status, json, headers } = await client.call('GET', path)
      expect(status).toBe(200)
      expect(new Set(names(json))).toEqual(new Set(['red_dress.jpg', 'blue_dress.png', 'notes.txt', 'red_shoe.png']))
      const ages = json.map(({ createdAt }: { createdAt: string }) => createdAt)
      expect(ages).toEqual([...ages].sort())
      expect(headers.get('x-total-count')).toBe('4')
    }
  })

  it('"`type` file, file-version, folder, all (files and folders, no versions)"', async ({ expect }) => {
    expect(names((await list({ type: 'folder', sort: 'ASC_NAME' })).json)).toEqual(['old', 'sales'])
    const versions = (await list({ type: 'file-version' })).json
    expect(versions).toMatchObject([{ type: 'file-version', name: 'red_shoe.png', tags: ['shoe'] }])
    const { json, headers } = await list({ type: 'all', sort: 'ASC_NAME', limit: '4' })
    expect(names(json)).toEqual(['blue_dress.png', 'notes.txt', 'old', 'red_dress.jpg'])
    expect(headers.get('x-total-count')).toBe('6')
    expect(json[2]).toEqual({
      type: 'folder',
      folderId: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: 'old',
      folderPath: '/sales/old',
      customMetadata: {},
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
  })

  it('"`path` only direct children", `fileType`, `name`, `tags`, `skip`, `limit`, sorts', async ({ expect }) => {
    expect(names((await list({ path: 'sales/', type: 'all', sort: 'DESC_NAME' })).json)).toEqual([
      'red_dress.jpg',
      'old',
      'notes.txt',
    ])
    expect(names((await list({ path: '/' })).json)).toEqual(['red_shoe.png'])
    expect(names((await list({ path: '/nowhere' })).json)).toEqual([])
    expect(names((await list({ fileType: 'non-image' })).json)).toEqual(['notes.txt'])
    expect(names((await list({ fileType: 'image', path: '/sales' })).json)).toEqual(['red_dress.jpg'])
    expect(names((await list({ name: 'notes.txt' })).json)).toEqual(['notes.txt'])
    expect(names((await list({ tags: 'second, summer', sort: 'ASC_NAME' })).json)).toEqual([
      'red_dress.jpg',
      'red_shoe.png',
    ])
    expect(names((await list({ sort: 'ASC_NAME', skip: '1', limit: '2' })).json)).toEqual([
      'notes.txt',
      'red_dress.jpg',
    ])
    expect(names((await list({ sort: 'DESC_WIDTH', limit: '2' })).json)).toHaveLength(2)
    expect(names((await list({ sort: 'ASC_WIDTH', limit: '1' })).json)).toEqual(['notes.txt'])
  })

  it('searches; `type`, `name` and `tags` are ignored then, without a type term files only', async ({ expect }) => {
    const search = async (searchQuery: string, more: Record<string, string> = {}) =>
      names((await list({ searchQuery, sort: 'ASC_NAME', ...more })).json)
    expect(await search('tags IN ["dress"] AND createdAt > "1d"', { type: 'folder', name: 'x' })).toEqual([
      'blue_dress.png',
      'red_dress.jpg',
    ])
    expect(await search('(size < "1mb" AND width > 500) OR name = "notes.txt"')).toEqual([
      'notes.txt',
      'red_dress.jpg',
      'red_shoe.png',
    ])
    expect(await search('path : "/sales/"', { fileType: 'image' })).toEqual(['blue_dress.png', 'red_dress.jpg'])
    expect(await search('path : "/sales/"', { path: '/sales/old' })).toEqual(['blue_dress.png'])
    expect(await search('name HAS "red dre"')).toEqual(['red_dress.jpg'])
    expect(await search('name CONTAINS "ED_S"')).toEqual(['red_shoe.png'])
    expect(await search('type IN ["folder", "file"] AND name : "o"')).toEqual(['old'])
    expect(await search('type = "file-version"')).toEqual(['red_shoe.png'])
    expect(await search('format = "jpeg" AND tags NOT EXISTS')).toEqual([])
  })

  it('ranks by relevance', async ({ expect }) => {
    const { json } = await list({ searchQuery: 'name HAS "red" OR tags HAS "dress"', sort: 'DESC_RELEVANCE' })
    expect(names(json)).toEqual(['red_dress.jpg', 'blue_dress.png', 'red_shoe.png'])
    const rest = await list({
      searchQuery: 'name HAS "red" OR tags HAS "dress"',
      sort: 'DESC_RELEVANCE',
      skip: '1',
      limit: '1',
    })
    expect(names(rest.json)).toEqual(['blue_dress.png'])
  })

  it.for([
    [{ skip: '-1' }, /^skip must be a whole number, 0 or more/],
    [{ limit: '0' }, /^limit must be a whole number from 1 to 1000/],
    [{ limit: '1001' }, /^limit must/],
    [{ limit: 'ten' }, /^limit must/],
    [{ sort: 'NAME' }, /^sort must be ASC_ or DESC_ followed by one of NAME, CREATED/],
    [{ sort: 'ASC_COLOUR' }, /^sort must/],
    [{ type: 'video' }, /^type must be one of file, file-version, folder, all/],
    [{ fileType: 'gif' }, /^fileType must/],
    [{ searchQuery: 'name = ' }, /^searchQuery: expected a value \(position 8, at its end\)/],
    [{ searchQuery: 'colour = 1' }, /^searchQuery: there is no field colour/],
    [{ searchQuery: '"customMetadata.none" = 1' }, /there is no custom metadata field none/],
    [{ searchQuery: 'score > high' }, /score takes a number \(position 9, near high\)/],
    [{ path: 'a\0b' }, /^path must not contain a zero byte/],
  ] as const)('400 with message and help: %j', async ([query, message], { expect }) => {
    const { status, json } = await list(query)
    expect(status).toBe(400)
    expect(json).toEqual({ message: expect.stringMatching(message), help: expect.any(String) })
  })
}
