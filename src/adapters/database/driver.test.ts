/** What is sent over a connection when transactions begin and end; the connection is the test's own. */
import { expect, it } from 'vitest'
import { createDriver, type Place } from './driver.ts'

async function begun(failing: string) {
  const sent: [string, Place?][] = []
  const driver = createDriver({
    acquire: async () => ({
      async query(sql, _parameters, place) {
        sent.push(place === undefined ? [sql] : [sql, place])
        if (sql === failing) throw new Error(`${sql} failed`)
        return { columns: '', rows: [] }
      },
      release() {},
    }),
    begin: 'begin immediate',
    guarded: true,
    nameOf: String,
  })
  const connection = await driver.acquireConnection()
  await driver.beginTransaction(connection, {})
  const run = (sql: string) =>
    connection.executeQuery({ sql, parameters: [], query: { kind: 'RawNode' } as never, queryId: { queryId: sql } })
  return { driver, connection, run, sent }
}

it('the first statement opens the transaction, the others are inside', async () => {
  const { driver, connection, run, sent } = await begun('')
  await Promise.all([run('one'), run('two')])
  await driver.commitTransaction(connection)
  expect(sent).toEqual([
    ['one', { begin: 'begin immediate' }],
    ['two', 'inside'],
    ['commit', 'inside'],
  ])
  await expect(run('late')).rejects.toThrow(/over/)
})

it('nothing is sent for a transaction without a statement', async () => {
  const { driver, connection, sent } = await begun('')
  await driver.rollbackTransaction(connection)
  expect(sent).toEqual([])
})

it('a commit that failed is rolled back', async () => {
  const { driver, connection, run, sent } = await begun('commit')
  await run('one')
  await expect(driver.commitTransaction(connection)).rejects.toThrow('commit failed')
  await driver.rollbackTransaction(connection)
  expect(sent.at(-1)).toEqual(['rollback'])
})
