/**
 * What the server made of Markdown, as nodes of the page. The server lets nothing through but plain elements; here once
 * more each element and attribute is one of a list, or only its words are shown.
 */

import { h, type FunctionalComponent, type VNode } from 'vue'

const PLAIN = new Set(
  'p em strong s code pre blockquote ul ol li hr br h3 h4 h5 h6 table thead tbody tr th td'.split(' '),
)
const LEADS = /^(\/knowledge\/[a-z][a-z0-9-]*|#[\w-]+|https:\/\/[^\s"'<>]+)$/

function attributes(element: Element): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of ['id', 'start']) {
    const value = element.getAttribute(name)
    if (value !== null && /^[\w-]+$/.test(value)) found[name] = value
  }
  const side = element.getAttribute('class')
  if (side !== null && /^to-(left|center|right)$/.test(side)) found.class = side
  return found
}

function link(element: Element, open: (id: string) => void): VNode | string {
  const href = element.getAttribute('href') ?? ''
  if (!LEADS.test(href)) return element.textContent ?? ''
  const other = /^\/knowledge\/([a-z][a-z0-9-]*)$/.exec(href)?.[1]
  const onClick = (event: MouseEvent) => {
    if (other === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    open(other)
  }
  const away = href.startsWith('https:') ? { target: '_blank', rel: 'noopener noreferrer' } : {}
  return h('a', { href, onClick, ...away }, nodes(element, open))
}

function nodes(around: Node, open: (id: string) => void): (VNode | string)[] {
  return [...around.childNodes].flatMap((node): (VNode | string)[] => {
    if (node instanceof Element) {
      const name = node.tagName.toLowerCase()
      if (name === 'a') return [link(node, open)]
      return PLAIN.has(name) ? [h(name, attributes(node), nodes(node, open))] : [node.textContent ?? '']
    }
    return node.nodeType === Node.TEXT_NODE ? [node.textContent ?? ''] : []
  })
}

/** `<Prose :html="…" @open="id => …" />` */
export const Prose: FunctionalComponent<{ html: string }, { open: (id: string) => void }> = ({ html }, { emit }) => {
  const inert = new DOMParser().parseFromString(html, 'text/html')
  return h(
    'div',
    { class: 'prose' },
    nodes(inert.body, (id) => emit('open', id)),
  )
}
Prose.props = ['html']
Prose.emits = ['open']

/** A text with what was searched for marked in it. */
export const Marked: FunctionalComponent<{ text: string; marks: [number, number][] }> = ({ text, marks }) => {
  const parts: (VNode | string)[] = []
  let at = 0
  for (const [from, until] of marks) {
    parts.push(text.slice(at, from), h('mark', text.slice(from, until)))
    at = until
  }
  return [...parts, text.slice(at)]
}
Marked.props = ['text', 'marks']
