/** The editor: CodeMirror with little around it. It lives in a shadow root, where its styles are sheets of ours and no
 * `style` element: the page's policy takes none. */

import {
  autocompletion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { type Diagnostic, lintGutter, lintKeymap, nextDiagnostic, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'

import { unitsOf } from './places'

export interface Mark {
  line: number
  column: number
  severity: 'error' | 'warning'
  message: string
  rule: string
}

export interface Listens {
  typed: (text: string) => void
  moved: (line: number) => void
  /** Names that may stand here. */
  names: () => { name: string; section: string }[]
  /** The editor's own words, in the reader's language. */
  phrases: Record<string, string>
  label: string
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-key)' },
  { tag: [tags.string, tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.keyword], color: 'var(--code-value)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--muted)' },
])

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: '"Cascadia Mono", Consolas, "Noto Sans Mono CJK SC", monospace', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--muted)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'var(--code-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-selection)',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px solid var(--bad)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px dotted var(--warn)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-lint-marker-error, .cm-lint-marker-warning': { content: 'none' },
  '.cm-lint-marker-error::after': { content: '"●"', color: 'var(--bad)', fontSize: '12px' },
  '.cm-lint-marker-warning::after': { content: '"▲"', color: 'var(--warn)', fontSize: '11px' },
})

/** An editor below a host; texts come and go by `show`. */
export class Editor {
  private readonly view: EditorView
  private readonly fixed = new Compartment()
  private readonly states = new Map<string, EditorState>()
  private file = ''
  private quiet = false

  constructor(
    host: HTMLElement,
    private readonly listens: Listens,
  ) {
    const root = host.attachShadow({ mode: 'open' })
    this.view = new EditorView({ root, parent: root })
    this.view.scrollDOM.tabIndex = 0 // what scrolls is scrolled by keys too
  }

  /** Another file, or the same with another text; what one undid and where one was is kept for each file. */
  show(file: string, text: string, fixed: boolean): void {
    if (this.file !== '') this.states.set(this.file, this.view.state)
    const known = this.states.get(file)
    this.file = file
    this.quiet = true
    const state =
      known !== undefined && known.doc.toString() === text
        ? known
        : EditorState.create({ doc: text, extensions: this.extensions() })
    this.view.setState(state)
    this.view.dispatch({ effects: this.fixed.reconfigure(EditorState.readOnly.of(fixed)) })
    this.quiet = false
  }

  text(): string {
    return this.view.state.doc.toString()
  }

  forget(): void {
    this.states.clear()
    this.file = ''
  }

  mark(marks: readonly Mark[]): void {
    const doc = this.view.state.doc
    const found: Diagnostic[] = marks
      .filter((mark) => mark.line <= doc.lines)
      .map((mark) => {
        const row = doc.line(Math.max(1, mark.line))
        const from = Math.min(row.to, row.from + unitsOf(row.text, mark.column))
        const word = /^[^\s,:{}[\]]+/.exec(row.text.slice(from - row.from))?.[0].length ?? 0
        const to = Math.min(row.to, from + Math.max(1, word))
        return { from, to, severity: mark.severity, message: mark.message, source: mark.rule }
      })
    this.view.dispatch(setDiagnostics(this.view.state, found))
  }

  go(line: number, column = 1): void {
    const row = this.view.state.doc.line(Math.min(Math.max(1, line), this.view.state.doc.lines))
    const at = Math.min(row.to, row.from + unitsOf(row.text, column))
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
    this.view.focus()
  }

  close(): void {
    this.view.destroy()
  }

  private extensions(): Extension[] {
    return [
      lineNumbers(),
      lintGutter(),
      foldGutter(),
      history(),
      drawSelection(),
      bracketMatching(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      search({ top: true }),
      indentUnit.of('  '),
      EditorState.tabSize.of(2),
      EditorState.phrases.of(this.listens.phrases),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': this.listens.label }),
      yaml(),
      syntaxHighlighting(colours),
      autocompletion({ override: [(context) => this.complete(context)] }),
      keymap.of([
        { key: 'F8', run: nextDiagnostic },
        ...defaultKeymap,
        ...historyKeymap,
        ...searchKeymap,
        ...foldKeymap,
        ...completionKeymap,
        ...lintKeymap,
      ]),
      look,
      this.fixed.of(EditorState.readOnly.of(true)),
      EditorView.updateListener.of((update) => {
        if (this.quiet) return
        if (update.docChanged) this.listens.typed(update.state.doc.toString())
        if (update.selectionSet) this.listens.moved(update.state.doc.lineAt(update.state.selection.main.head).number)
      }),
    ]
  }

  private complete(context: CompletionContext): CompletionResult | null {
    const word = context.matchBefore(/[\w+-]+/)
    if (word === null ? !context.explicit : word.text.length < 2 && !context.explicit) return null
    const options = this.listens.names().map((one) => ({ label: one.name, detail: one.section }))
    return { from: word?.from ?? context.pos, options, validFor: /^[\w+-]*$/ }
  }
}
