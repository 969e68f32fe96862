/** Finding things as one types: characters, pinyin (whole, first letters, or mixed), codes. Pure and fast. */

export interface Findable {
  id: string
  name: string
  /** Syllables with spaces between; '' where nobody knows them. */
  pinyin: string
  initials: string
  /** Names that stand above it, or that people have for it besides. */
  also?: readonly string[]
}

interface Entry<T> {
  thing: T
  place: number
  id: string
  name: string
  syllables: string[]
  initials: string
  also: string
}

/** The same for every way to write a name: full width and half, capitals or none, no spaces. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
}

/** Whether letters are the beginnings of syllables in a row: `yfjz`, `yufangjz` and `yfjiezhong` of 预防接种. */
export function spells(syllables: readonly string[], from: number, letters: string): boolean {
  if (letters === '') return true
  const one = syllables[from]
  if (one === undefined) return false
  for (let taken = Math.min(one.length, letters.length); taken > 0; taken--) {
    if (one.startsWith(letters.slice(0, taken)) && spells(syllables, from + 1, letters.slice(taken))) return true
  }
  return false
}

function inOrder(signs: string, name: string): boolean {
  let from = 0
  for (const sign of signs) {
    const at = name.indexOf(sign, from)
    if (at < 0) return false
    from = at + sign.length
  }
  return true
}

interface Word {
  text: string
  /** Letters and digits alone: it may be pinyin, or a code. */
  latin: boolean
  /** At least two letters: enough to mean the midst of a name. */
  letters: boolean
}

/** How near a thing is to one word, 0 the nearest; null when it is not meant. */
function near(one: Entry<unknown>, { text: word, latin, letters }: Word): number | null {
  if (one.id === word || one.name === word) return 0
  if (one.name.startsWith(word)) return 1
  if (latin) {
    if (one.initials === word) return 2
    if (one.initials.startsWith(word)) return 3
    if (spells(one.syllables, 0, word)) return 4
    if (one.id.startsWith(word)) return 5
  }
  if (one.name.includes(word)) return 6
  if (letters) {
    if (one.initials.includes(word)) return 7
    for (let from = 1; from < one.syllables.length; from++) if (spells(one.syllables, from, word)) return 8
  }
  if (one.also.includes(word)) return 9
  return !latin && word.length > 1 && inOrder(word, one.name) ? 10 : null
}

/** Finds among `things`; made once, asked with each key. */
export class Finder<T extends Findable> {
  private readonly entries: Entry<T>[]

  constructor(things: readonly T[]) {
    this.entries = things.map((thing, place) => ({
      thing,
      place,
      id: thing.id.toLowerCase(),
      name: folded(thing.name),
      syllables: thing.pinyin === '' ? [] : thing.pinyin.split(' '),
      initials: thing.initials,
      also: folded((thing.also ?? []).join(' ')),
    }))
  }

  /**
   * The things that are meant, the nearest first; of equally near ones those in `first`, in its order. Several words
   * narrow each other down. With nothing typed it is `first`, then all others.
   */
  find(typed: string, { first = [], most = 50, fits = () => true }: Wishes<T> = {}): T[] {
    const words = typed
      .normalize('NFKC')
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean)
      .map((text) => ({ text, latin: /^[a-z0-9]+$/.test(text), letters: /^[a-z]{2,}$/.test(text) }))
    const liked = new Map(first.map((id, at) => [id.toLowerCase(), at]))
    const found: { entry: Entry<T>; rank: number; like: number }[] = []
    for (const entry of this.entries) {
      if (!fits(entry.thing)) continue
      let rank = 0
      for (const word of words) {
        const one = near(entry, word)
        if (one === null) {
          rank = -1
          break
        }
        rank = Math.max(rank, one)
      }
      if (rank >= 0) found.push({ entry, rank, like: liked.get(entry.id) ?? Infinity })
    }
    found.sort((a, b) => a.rank - b.rank || compare(a.like, b.like) || a.entry.place - b.entry.place)
    return found.slice(0, most).map((one) => one.entry.thing)
  }
}

export interface Wishes<T> {
  first?: readonly string[]
  most?: number
  fits?: (thing: T) => boolean
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}
