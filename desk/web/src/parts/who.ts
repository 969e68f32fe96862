/** Who did something, as journal and papers keep it. */

/** `desk:ann` is `ann` at the desk; what has no such form stays as it is. */
export function parted(who: string): [kind: string, name: string] {
  const at = who.indexOf(':')
  return at < 0 ? ['', who] : [who.slice(0, at), who.slice(at + 1)]
}
