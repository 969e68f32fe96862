/** Which tab this is. It keeps its name when it is loaded anew; a copy of it gets another. */

const KEY = 'tab'

function fresh(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}

function keep(name: string): string {
  try {
    sessionStorage.setItem(KEY, name)
  } catch {
    // storage is forbidden: a reload counts as another tab
  }
  return name
}

/** Holds the name as long as the page lives; whether nobody else does. */
async function held(name: string): Promise<boolean> {
  if (navigator.locks === undefined) return true
  return new Promise((resolve) => {
    void navigator.locks.request(`telephone-${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise<never>(() => undefined)
    })
  })
}

let named: Promise<string> | null = null

export function tab(): Promise<string> {
  named ??= name()
  return named
}

async function name(): Promise<string> {
  const known = kept()
  if (known !== null && (await held(known))) return known
  const other = keep(fresh())
  await held(other)
  return other
}

const TALK = 'talk'

/** The leg that this tab talks on: known again after it was loaded anew. */
export function remember(leg: string): void {
  try {
    if (leg === '') sessionStorage.removeItem(TALK)
    else sessionStorage.setItem(TALK, leg)
  } catch {
    // storage is forbidden: the engine notices by itself that the page was away
  }
}

export function recall(): string {
  try {
    return sessionStorage.getItem(TALK) ?? ''
  } catch {
    return ''
  }
}

const channel = 'BroadcastChannel' in window ? new BroadcastChannel('telephone') : null

/** Asks the tab that has the telephone to show itself; browsers let no tab bring another to the front. */
export function call(): void {
  channel?.postMessage('show yourself')
}

export function whenCalled(show: () => void): void {
  if (channel !== null) channel.onmessage = show
}
