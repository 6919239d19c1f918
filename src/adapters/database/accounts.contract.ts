/** What the repositories of accounts do: keys of users, users with projects, failed sign-ins, credits, first credentials. */
import { describe, expect, it } from 'vitest'
import { hexId } from '../../core/ids.ts'
import type { MetadataStore } from '../../core/ports.ts'
import type { User } from '../../core/projects/records.ts'
import { createCredits } from '../../core/users/credits.ts'
import { aKey, aProject, aUser, createTestClock, fresh } from './test-records.ts'

export function accountsContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const read = () => store().read
  const hour = 3_600_000

  async function anAccount(fields: Partial<User> = {}): Promise<User> {
    const project = aProject()
    const user = aUser({ id: hexId(Date.now()), project: project.id, ...fields })
    await tx(async ({ projects, users }) => {
      await projects.insert(project)
      await users.insert(user)
    })
    return user
  }
  const balanceOf = async ({ id }: User) => (await read().users.find(id))?.credits

  describe('users with their projects', () => {
    it('are found in one read; a new password or status ends their tokens, nothing else does', async () => {
      const user = await anAccount({ credits: 7 })
      const found = await read().users.findWithProject(user.id)
      expect(found).toEqual({ user, project: await read().projects.find(user.project) })
      expect(await read().users.findWithProject(fresh('nobody'))).toBeUndefined()
      const versions = []
      for (const patch of [{ email: 'a@example.org' }, { passwordHash: 'h' }, { status: 'disabled' as const }, {}]) {
        await tx(({ users }) => users.update(user.id, patch))
        versions.push((await read().users.findWithProject(user.id))?.user.tokenVersion)
      }
      expect(versions).toEqual([0, 1, 2, 2])
    })

    it('have a first one that is not disabled', async () => {
      const user = await anAccount({ created: 30 })
      const others = [
        aUser({ project: user.project, created: 40 }),
        aUser({ project: user.project, created: 20, status: 'disabled' }),
      ]
      await tx(({ users }) => Promise.all(others.map((other) => users.insert({ ...other, id: fresh('us') }))))
      expect((await read().users.firstOf(user.project))?.id).toBe(user.id)
      expect(await read().users.firstOf(fresh('project'))).toBeUndefined()
    })
  })

  describe('keys of a user', () => {
    it("page newest first, of one kind, and are found, changed and deleted as the user's own only", async () => {
      const [user, other] = [await anAccount(), await anAccount()]
      const kind = 'client' as const
      const of = (owner: User, created: number) =>
        aKey({ id: hexId(created * 1000), project: owner.project, user: owner.id, kind, email: 'a@b.example', created })
      const own = [of(user, 1), of(user, 2), of(user, 3)]
      const site = aKey({ id: hexId(9000), project: user.project, user: user.id, kind: 'site', created: 9 })
      const foreign = of(other, 5)
      await tx(async ({ keys }) => {
        for (const key of [...own, site, foreign]) await keys.insert(key)
      })
      const newest = [...own].reverse()
      expect(await read().keys.pageOfUser(user.id, kind, { offset: 0, limit: 2 })).toEqual({
        keys: newest.slice(0, 2),
        total: 3,
      })
      expect(await read().keys.pageOfUser(user.id, kind, { offset: 2, limit: 2 })).toEqual({
        keys: newest.slice(2),
        total: 3,
      })
      expect((await read().keys.list(user.project, 'client')).map(({ id }) => id)).toEqual(own.map(({ id }) => id))
      expect((await read().keys.list(user.project)).length).toBe(4)

      const [first] = own
      const id = first?.id ?? ''
      const patch = { label: 'B', email: 'b@b.example', status: 'disabled' as const }
      expect(await read().keys.findOfUser(user.id, kind, id)).toEqual(first)
      expect(await tx(({ keys }) => keys.updateOfUser(user.id, kind, id, patch))).toEqual({ ...first, ...patch })
      for (const [who, as, what] of [
        [other.id, kind, id],
        [user.id, 'site', id],
        [user.id, kind, site.id],
      ] as const) {
        expect(await read().keys.findOfUser(who, as, what)).toBeUndefined()
        expect(await tx(({ keys }) => keys.updateOfUser(who, as, what, patch))).toBeUndefined()
        expect(await tx(({ keys }) => keys.deleteOfUser(who, as, what))).toBe(false)
      }
      expect(await tx(({ keys }) => keys.deleteOfUser(user.id, kind, id))).toBe(true)
      expect(await tx(({ keys }) => keys.deleteOfUser(user.id, kind, id))).toBe(false)
      expect((await read().keys.pageOfUser(user.id, kind, { offset: 0, limit: 9 })).total).toBe(2)
    })
  })

  describe('failed sign-ins', () => {
    it('are counted by 20 parallel writers, start anew when they have expired, and are swept', async () => {
      const name = fresh('name')
      const add = (now: number) => tx(({ signInFailures }) => signInFailures.add(name, now, now + 10))
      const counts = await Promise.all(Array.from({ length: 20 }, () => add(1)))
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
      await tx(({ signInFailures }) => signInFailures.block(name, 77))
      expect(await read().signInFailures.find(name)).toMatchObject({ failures: 20, blockedUntil: 77 })
      expect(await add(11)).toBe(1)
      expect(await tx(({ signInFailures }) => signInFailures.sweep(20))).toBe(0)
      expect(await tx(({ signInFailures }) => signInFailures.sweep(21))).toBe(1)
      expect(await read().signInFailures.find(name)).toBeUndefined()
    })
  })

  describe('web sessions', () => {
    const aSession = (user: string, created: number, expires = 1e15) => ({
      idHash: fresh('session'),
      user,
      tokenVersion: 0,
      created,
      confirmed: created,
      seen: created,
      expires,
    })

    it('are found, noted as seen and confirmed, and ended', async () => {
      const session = aSession(fresh('us'), 1)
      const { idHash } = session
      await tx(({ webSessions }) => webSessions.insert(session))
      expect(await read().webSessions.find(idHash)).toEqual(session)
      await tx(({ webSessions }) => webSessions.see(idHash, 5, 50))
      await tx(({ webSessions }) => webSessions.see(idHash, 4, 40))
      expect(await tx(({ webSessions }) => webSessions.confirm(idHash, 7))).toBe(true)
      expect(await read().webSessions.find(idHash)).toEqual({ ...session, seen: 5, expires: 50, confirmed: 7 })
      const end = () => tx(({ webSessions }) => webSessions.end(idHash))
      expect([await end(), await end()]).toEqual([true, false])
      await tx(({ webSessions }) => webSessions.see(idHash, 9, 90))
      expect(await tx(({ webSessions }) => webSessions.confirm(idHash, 9))).toBe(false)
      expect(await read().webSessions.find(idHash)).toBeUndefined()
    })

    it('of a user the newest are kept, of all those that have not expired', async () => {
      const [user, other] = [fresh('us'), fresh('us')]
      const own = [1, 2, 3, 4].map((created) => aSession(user, created))
      const expired = aSession(other, 1, 10)
      const open = aSession(other, 1, 11)
      await tx(async ({ webSessions }) => {
        for (const session of [...own, expired, open]) await webSessions.insert(session)
        await webSessions.prune(user, 2)
        await webSessions.sweep(10)
      })
      const left = async (sessions: { idHash: string }[]) =>
        (await Promise.all(sessions.map(({ idHash }) => read().webSessions.find(idHash)))).map((row) => row?.created)
      expect(await left(own)).toEqual([undefined, undefined, 3, 4])
      expect(await left([expired, open])).toEqual([undefined, 1])
    })
  })

  describe('the audit', () => {
    it('lists what a user did, newest first, for a time', async () => {
      const [user, other] = [fresh('us'), fresh('us')]
      const entry = (who: string, created: number, action: string) => ({
        id: fresh('au'),
        project: 'p',
        user: who,
        action,
        subject: null,
        address: '::1',
        created,
      })
      const own = [entry(user, 1, 'made'), entry(user, 2, 'shown')]
      await tx(async ({ audits }) => {
        for (const one of [...own, entry(other, 1, 'made')]) await audits.insert(one)
      })
      expect(await read().audits.ofUser(user, 10)).toEqual([...own].reverse())
      expect(await read().audits.ofUser(user, 1)).toEqual([own[1]])
      expect(await tx(({ audits }) => audits.sweep(2))).toBeGreaterThanOrEqual(2)
      expect(await read().audits.ofUser(user, 10)).toEqual([own[1]])
    })
  })

  describe('credits', () => {
    const clock = createTestClock()
    const credits = () => createCredits({ store: store(), clock, limited: true })
    const codeOf = (outcome: Promise<unknown>) =>
      outcome.then(
        () => 'ok',
        ({ code }: { code: string }) => code,
      )

    it('of which three are left are had by exactly three of ten at once', async () => {
      const user = await anAccount({ credits: 3 })
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => codeOf(credits().reserve(user, 1))))
      expect(outcomes.filter((code) => code === 'ok')).toHaveLength(3)
      expect(outcomes.filter((code) => code === 'quota_exceeded')).toHaveLength(7)
      expect(await balanceOf(user)).toBe(0)
    })

    it('are spent by success and come back after a failure, once', async () => {
      const user = await anAccount({ credits: 5 })
      const [one, two] = [await credits().reserve(user, 2), await credits().reserve(user, 1)]
      expect([one.remaining(), two.remaining()]).toEqual([3, 2])
      await one.take()
      await one.giveBack()
      expect(await balanceOf(user)).toBe(2)
      await Promise.all([two.giveBack(), two.giveBack()])
      await two.take()
      expect([await balanceOf(user), two.remaining()]).toEqual([3, 3])
      await expect(credits().reserve(user, 4)).rejects.toMatchObject({
        code: 'quota_exceeded',
        extra: { creditsRemaining: 3 },
      })
      expect(await balanceOf(user)).toBe(3)
    })

    it('that a dead node had reserved come back later, once', async () => {
      const user = await anAccount({ credits: 2 })
      const reservation = await credits().reserve(user, 2)
      const sweep = () => tx((repositories) => repositories.credits.sweep(clock.now()))
      clock.advance(hour - 1)
      await sweep()
      expect(await balanceOf(user)).toBe(0)
      clock.advance(1)
      await sweep()
      expect(await balanceOf(user)).toBe(2)
      await sweep()
      // It was not dead after all.
      await reservation.giveBack()
      expect(await balanceOf(user)).toBe(2)
    })

    it('without a bound cost nothing, also when that is news', async () => {
      const user = await anAccount()
      expect((await credits().reserve(user, 5)).remaining()).toBeNull()
      const remembered = { ...user, credits: 1 }
      expect((await credits().reserve(remembered, 5)).remaining()).toBeNull()
      const off = createCredits({ store: store(), clock, limited: false })
      expect((await off.reserve({ ...user, credits: 0 }, 1)).remaining()).toBeNull()
      const poor = await anAccount({ credits: 0 })
      expect((await credits().reserve(poor, 0)).remaining()).toBe(0)
    })

    it('are set with a journal; what was reserved of the old balance is not given back to the new one', async () => {
      const user = await anAccount()
      const set = (balance: number | null, who: string) =>
        tx((repositories) => credits().set(repositories, user.id, balance, who))
      await set(10, 'operator a')
      clock.advance(5)
      const reservation = await credits().reserve({ ...user, credits: 10 }, 4)
      await set(100, 'operator b')
      await reservation.giveBack()
      expect(await balanceOf(user)).toBe(100)
      clock.advance(5)
      await set(null, 'operator c')
      const now = clock.now()
      expect(await credits().journal(user.id, 10)).toMatchObject([
        { who: 'operator c', before: 100, after: null, created: now },
        { who: 'operator b', before: 6, after: 100, created: now - 5 },
        { who: 'operator a', before: null, after: 10, created: now - 10 },
      ])
      for (const bad of [-1, 0.5, Number.NaN, 1e15]) expect(await codeOf(set(bad, 'x'))).toBe('invalid')
      expect(await codeOf(tx((repositories) => credits().set(repositories, fresh('no'), 1, 'x')))).toBe('not_found')
    })
  })

  describe('admission times', () => {
    it('are kept by bucket and swept when they are over', async () => {
      const bucket = fresh('bucket')
      const keep = (times: number[], ends: number) =>
        tx(async ({ limitSlots }) => {
          const before = await limitSlots.lock(bucket)
          await limitSlots.keep(bucket, times, ends)
          return before
        })
      expect(await keep([1, 2], 30)).toEqual([])
      expect(await keep([3], 40)).toEqual([1, 2])
      await tx(({ limitSlots }) => limitSlots.sweep(39))
      expect(await keep([4], 40)).toEqual([3])
      await tx(({ limitSlots }) => limitSlots.sweep(40))
      expect(await keep([], 0)).toEqual([])
    })
  })

  describe('first credentials', () => {
    it('stay until the day of the link that showed them is over', async () => {
      const { id: user, project } = await anAccount()
      const account = { project, user, secretsSealed: 'sealed', created: 1 }
      const link = { tokenHash: fresh('token'), project, browserHash: null, expires: 100, created: 1 }
      const sweep = (now: number) => tx(({ welcome }) => welcome.sweepAccounts(now))
      await tx(async ({ welcome }) => {
        await welcome.insertAccount(account)
        await welcome.replace(link)
      })
      await sweep(500)
      expect(await read().welcome.findAccount(project)).toEqual(account)
      await tx(({ welcome }) => welcome.open(link.tokenHash, fresh('browser'), 50))
      await sweep(99)
      expect(await read().welcome.findAccount(project)).toEqual(account)
      await sweep(100)
      expect(await read().welcome.findAccount(project)).toBeUndefined()
    })
  })
}
