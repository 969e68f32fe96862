/** Where the files name things: enough of YAML to jump to a node and to offer names, at once while one types. */

export interface Place {
  file: string
  /** From 1. */
  line: number
}

export interface Named extends Place {
  section: string
  name: string
}

const SECTIONS = new Set(['nodes', 'lines', 'agents', 'prompts', 'front'])

/** The names that a file defines: the keys right below `nodes:`, `lines:` … */
export function named(file: string, text: string): Named[] {
  const found: Named[] = []
  let section = ''
  let depth = 0
  text.split('\n').forEach((row, index) => {
    const key = /^( *)(["']?)([\w+-]+)\2:(\s|$)/.exec(row)
    if (key === null) return
    const [, spaces = '', , name = ''] = key
    if (spaces.length === 0) {
      section = SECTIONS.has(name) ? name : ''
      depth = 0
    } else if (section !== '' && (depth === 0 || spaces.length === depth)) {
      depth = spaces.length
      found.push({ file, section, name, line: index + 1 })
    }
  })
  return found
}

/** What is defined at a line, or last before it within its section. */
export function nameAt(all: readonly Named[], file: string, line: number): string | null {
  let last: Named | null = null
  for (const one of all) if (one.file === file && one.line <= line) last = one
  return last !== null && (last.section === 'nodes' || last.section === 'lines') ? last.name : null
}

/** Where a node or a line is defined. */
export function placeOf(all: readonly Named[], name: string): Place | null {
  return all.find((one) => one.name === name && (one.section === 'nodes' || one.section === 'lines')) ?? null
}

/** The place of a column that counts characters, in units of UTF-16, from 0. */
export function unitsOf(row: string, column: number): number {
  return [...row].slice(0, Math.max(0, column - 1)).join('').length
}
