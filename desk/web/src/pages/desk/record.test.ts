import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'

import { useRecord, type Held } from './record'

vi.mock('@/parts/told', () => ({ complain: vi.fn() })) // it brings styles along

interface Sent {
  seq: number
  [field: string]: unknown
}

/** The server's one record, and what it was asked to keep. */
class Server {
  record: Record<string, unknown> = {
    call: 'a-1',
    seq: 1,
    state: 'open',
    place: null,
    content: null,
    contact: '139****0042',
  }
  sent: Sent[] = []
  answers: ((body: Sent) => Response | null)[] = []

  fetch = async (path: string, { method, body }: { method: string; body?: string }): Promise<Response> => {
    if (method === 'GET') return this.told(path.includes('a-1') ? 200 : 404, this.record)
    const asked = JSON.parse(body ?? '{}') as Sent
    this.sent.push(asked)
    const other = this.answers.shift()?.(asked)
    if (other) return other
    const { seq, ...fields } = asked
    this.record = { ...this.record, ...fields, seq: seq + 1 }
    return this.told(200, this.record)
  }

  told(status: number, body: object): Response {
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  }
}

let server: Server
let scope: EffectScope
let held: Held

beforeEach(async () => {
  vi.useFakeTimers()
  sessionStorage.clear()
  server = new Server()
  vi.stubGlobal('fetch', server.fetch)
  scope = effectScope()
  held = scope.run(useRecord)!
  await held.open('a-1')
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const pause = () => vi.advanceTimersByTimeAsync(800)

describe('a record in hand', () => {
  it('is kept once after a pause, not with each key', async () => {
    for (const typed of ['和', '和平', '和平区']) held.write('place', typed)
    expect(held.keeping.value).toBe('typing')
    await pause()
    expect(server.sent).toEqual([{ seq: 1, place: '和平区' }])
    expect([held.keeping.value, held.valueOf('place')]).toEqual(['kept', '和平区'])
  })

  it('keeps what is typed while it is sent for the next time', async () => {
    server.answers.push(() => {
      held.write('place', '和平区南市')
      return null
    })
    held.write('place', '和平区')
    await pause()
    await pause()
    expect(server.sent.map((one) => [one.seq, one.place])).toEqual([
      [1, '和平区'],
      [2, '和平区南市'],
    ])
  })

  it('takes what others wrote, sends mine again, and asks where both wrote', async () => {
    server.answers.push((asked) => {
      server.record = { ...server.record, seq: asked.seq + 1, place: '河西区' }
      return server.told(409, { error: 'changed', message: '' })
    })
    held.write('place', '和平区')
    held.write('content', '接种地点')
    await pause()
    expect(held.clash.value).toEqual([{ field: 'place', mine: '和平区', theirs: '河西区' }])
    expect(server.record).toMatchObject({ place: '河西区', content: '接种地点' })
    held.decide(held.clash.value[0]!, true)
    await pause()
    expect(server.record).toMatchObject({ place: '和平区' })
  })

  it('says of a field why it was not kept, and keeps the others', async () => {
    server.answers.push(() =>
      server.told(422, { error: 'unfit', message: '', fields: { place: 'at most 4 characters, not 5' } }),
    )
    held.write('place', '…')
    held.write('content', '接种地点')
    await pause()
    await vi.waitFor(() => expect(held.wrong.value).toEqual({ place: '最多 4 个字符' }))
    expect(server.record).toMatchObject({ place: null, content: '接种地点' })
    expect(held.valueOf('place')).toBe('…')
    held.write('place', '和平区')
    await pause()
    expect(server.record).toMatchObject({ place: '和平区' })
  })

  it('tries again what did not go with a kind when there is another one', async () => {
    const why = '咨询/健康知识 does not go with complaint (投诉)'
    server.answers.push(() => server.told(422, { error: 'unfit', message: '', fields: { category: why } }))
    held.write('category', 'Z07')
    await pause()
    await vi.waitFor(() => expect(held.wrong.value).toEqual({ category: '“咨询/健康知识”不能用于投诉' }))
    held.write('kind', 'consult')
    await pause()
    expect(held.keeping.value).toBe('kept')
    expect(server.record).toMatchObject({ category: 'Z07', kind: 'consult' })
  })

  it('survives a reload with what was not kept, and a network that is away', async () => {
    server.answers.push(() => {
      throw new TypeError('away')
    })
    held.write('content', '接种地点')
    await pause()
    expect(held.keeping.value).toBe('unreachable')
    const after = effectScope()
    const again = after.run(useRecord)!
    await again.open('a-1')
    await pause()
    expect(server.record).toMatchObject({ content: '接种地点' })
    expect(sessionStorage.length).toBe(0)
    after.stop()
  })

  it('shows what I wrote in whole though the server answers with less, until somebody else changes it', async () => {
    server.answers.push((asked) => {
      server.record = { ...server.record, seq: asked.seq + 1, content: '请回电139****0042' }
      return server.told(200, server.record)
    })
    held.write('content', '请回电13900000042')
    await pause()
    expect(held.valueOf('content')).toBe('请回电13900000042')
    server.record = { ...server.record, seq: 9, content: '不用回电' }
    await held.again()
    expect(held.valueOf('content')).toBe('不用回电')
  })

  it('is not there yet, or changed no more', async () => {
    expect(await held.open('a-2')).toBe(false)
    server.record = { ...server.record, state: 'signed' }
    await held.again()
    held.write('place', '和平区')
    await pause()
    expect(server.sent).toEqual([])
    expect(held.masked('contact')).toBe(true)
  })
})
