/** What the buttons above a Markdown text do to it: pure, from a text and its selection to another. */

export interface Edit {
  text: string
  from: number
  until: number
}

export const TOOLS = ['bold', 'heading', 'list', 'numbers', 'quote', 'table', 'link'] as const
export type Tool = (typeof TOOLS)[number]

const TABLE = '| 项目 | 说明 |\n|---|---|\n|  |  |\n'
const LEAD: Partial<Record<Tool, (nth: number) => string>> = {
  heading: () => '## ',
  list: () => '- ',
  numbers: (nth) => `${nth}. `,
  quote: () => '> ',
}

/** The text after a tool was used on what is selected, and what is selected then. */
export function applied(tool: Tool, { text, from, until }: Edit): Edit {
  const chosen = text.slice(from, until)
  if (tool === 'bold') return around(text, from, until, '**', '**')
  if (tool === 'link') return around(text, from, until, '[', '](knowledge:)')
  if (tool === 'table') {
    const start = lineStart(text, from)
    return { text: text.slice(0, start) + TABLE + text.slice(start), from: start + 2, until: start + 4 }
  }
  const start = lineStart(text, from)
  const rest = text.indexOf('\n', Math.max(from, until - (chosen.endsWith('\n') ? 1 : 0)))
  const end = rest < 0 ? text.length : rest
  const lead = LEAD[tool] ?? (() => '')
  const lines = text.slice(start, end).split('\n')
  const led = lines.every((line, nth) => line.startsWith(lead(nth + 1)))
  const changed = lines.map((line, nth) => (led ? line.slice(lead(nth + 1).length) : lead(nth + 1) + line)).join('\n')
  const after = text.slice(0, start) + changed + text.slice(end)
  return { text: after, from: start, until: start + changed.length }
}

function around(text: string, from: number, until: number, before: string, behind: string): Edit {
  const chosen = text.slice(from, until)
  const after = text.slice(0, from) + before + chosen + behind + text.slice(until)
  return { text: after, from: from + before.length, until: from + before.length + chosen.length }
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}
