/** The API as the pages use it: JSON in, JSON out, and one kind of error. */

/** The server said no. `code` is for programs, `message` for people, `fields` says what is wrong in a form. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly request = '',
    /** Units (id → name) of which somebody has to say whether one is meant. */
    readonly units: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'Refused'
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

const API = '/api/v1'

/** The address of a route with its query; what is null, undefined or '' is left out, flags are 1 and 0. */
export function address(path: string, query: Query = {}): string {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    asked.set(name, typeof value === 'boolean' ? String(Number(value)) : String(value))
  }
  const text = asked.toString()
  return API + path + (text ? `?${text}` : '')
}

async function refusal(answer: Response): Promise<Refused> {
  const told = (await answer.json().catch(() => null)) as Record<string, unknown> | null
  return new Refused(
    answer.status,
    String(told?.error ?? 'failed'),
    String(told?.message ?? answer.statusText),
    (told?.fields as Record<string, string>) ?? {},
    String(told?.request ?? ''),
    (told?.units as Record<string, string>) ?? {},
  )
}

const JSON_TYPE = 'application/json'

/** `body` is sent as JSON, or as it is when another type is named. */
async function ask(
  method: string,
  path: string,
  query: Query = {},
  body?: unknown,
  type: string = JSON_TYPE,
): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': type },
      body: body === undefined || type !== JSON_TYPE ? (body as Blob | undefined) : JSON.stringify(body),
    })
  } catch {
    throw new Refused(0, 'unreachable', '')
  }
  keepTime(answer)
  if (answer.status === 401) signedOut()
  if (!answer.ok) throw await refusal(answer)
  return answer
}

let ahead = 0

/** The server's clock in milliseconds since 1970, to a second: an old computer's own may be wrong. */
export function serverNow(): number {
  return Date.now() + ahead
}

function keepTime(answer: Response): void {
  const there = Date.parse(answer.headers.get('Date') ?? '')
  if (!Number.isNaN(there)) ahead = there - Date.now()
}

let leaving = false

/** The session is over: to the sign-in page, and back here afterwards. */
export function signedOut(): void {
  if (leaving) return
  leaving = true
  location.assign(`/sign-in?then=${encodeURIComponent(location.pathname + location.search)}`)
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await ask('GET', path, query)).json() as Promise<T>
}

export async function post<T>(path: string, body: unknown = {}, query: Query = {}): Promise<T> {
  return (await ask('POST', path, query, body)).json() as Promise<T>
}

export async function put<T>(path: string, body: unknown = {}, query: Query = {}): Promise<T> {
  return (await ask('PUT', path, query, body)).json() as Promise<T>
}

export async function patch<T>(path: string, body: unknown = {}, query: Query = {}): Promise<T> {
  return (await ask('PATCH', path, query, body)).json() as Promise<T>
}

export async function remove<T>(path: string, query: Query = {}): Promise<T> {
  return (await ask('DELETE', path, query)).json() as Promise<T>
}

/** Sends a file as it lies on the disk. */
export async function upload<T>(path: string, file: Blob, type: string, query: Query = {}): Promise<T> {
  return (await ask('POST', path, query, file, type)).json() as Promise<T>
}

/** A file's or a sound's bytes. */
export async function bytes(path: string, query: Query = {}): Promise<Blob> {
  return (await ask('GET', path, query)).blob()
}
