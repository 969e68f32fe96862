/** How a talk sounds, from what the browser counts: before the agent notices. Pure. */

/** One look at the connection. Times are milliseconds. */
export interface Sample {
  at: number
  received: number
  lost: number
  jitter: number | null
  roundTrip: number | null
  /** Share of our own packets that the other side missed, 0 to 1. */
  theirLoss: number | null
}

export type Verdict = 'good' | 'fair' | 'poor'

export interface Quality {
  verdict: Verdict
  /** Share of lost packets in the last seconds, 0 to 1. */
  loss: number
  /** Milliseconds. */
  jitter: number
  roundTrip: number
}

/** Milliseconds over which loss is counted. */
export const WINDOW = 5000

/** Past the first: fair; past the second: poor. A-law hides less than 2 %; past 300 ms people begin to talk at once. */
const LIMITS = { loss: [0.02, 0.06], jitter: [30, 60], roundTrip: [300, 600] } as const

interface Counted {
  type: string
  kind?: string
  packetsReceived?: number
  packetsLost?: number
  jitter?: number
  roundTripTime?: number
  fractionLost?: number
  nominated?: boolean
  state?: string
  currentRoundTripTime?: number
}

/** What one report of `getStats` says. */
export function sampled(report: Iterable<Counted>, at: number): Sample {
  const sample: Sample = { at, received: 0, lost: 0, jitter: null, roundTrip: null, theirLoss: null }
  let pair: number | null = null
  for (const one of report) {
    if (one.type === 'inbound-rtp' && one.kind === 'audio') {
      sample.received = one.packetsReceived ?? 0
      sample.lost = Math.max(0, one.packetsLost ?? 0)
      sample.jitter = one.jitter === undefined ? null : one.jitter * 1000
    } else if (one.type === 'remote-inbound-rtp' && one.kind === 'audio') {
      sample.theirLoss = one.fractionLost ?? null
      if (one.roundTripTime !== undefined) sample.roundTrip = one.roundTripTime * 1000
    } else if (one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded') {
      pair = one.currentRoundTripTime === undefined ? null : one.currentRoundTripTime * 1000
    }
  }
  sample.roundTrip ??= pair
  return sample
}

/** Keeps as many samples as count. */
export function kept(samples: readonly Sample[], next: Sample): Sample[] {
  return [...samples.filter((one) => next.at - one.at <= WINDOW), next]
}

/** Null until there is something to judge. Who is on hold gets no packets: that is no loss. */
export function judged(samples: readonly Sample[]): Quality | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined || first === last) return null
  const received = Math.max(0, last.received - first.received)
  const lost = Math.max(0, last.lost - first.lost)
  const ours = received + lost === 0 ? 0 : lost / (received + lost)
  const loss = Math.max(ours, last.theirLoss ?? 0)
  const jitter = received === 0 ? 0 : (last.jitter ?? 0)
  const roundTrip = last.roundTrip ?? 0
  const worst = Math.max(past('loss', loss), past('jitter', jitter), past('roundTrip', roundTrip))
  return { verdict: (['good', 'fair', 'poor'] as const)[worst] ?? 'poor', loss, jitter, roundTrip }
}

function past(what: keyof typeof LIMITS, value: number): number {
  return LIMITS[what].filter((limit) => value > limit).length
}
