/** What a shift leader has to see first: pure, so that it can be tested. */

import type { Floor, FloorAgent, FloorAlert, FloorLine, Presence, WaitingCall } from '@/api/floor'

/** How a wait is judged: within the promise, longer than it, or near the line's own limit. */
export type Level = 'fine' | 'late' | 'limit'

const NEAR = 0.8
/** In which order agents stand: who needs eyes first. */
const ORDER: readonly Presence[] = ['talking', 'offered', 'wrap_up', 'ready', 'break', 'offline']

export function levelOf(waited: number, within: number, givesUpAfter: number | null): Level {
  if (givesUpAfter !== null && waited >= NEAR * givesUpAfter) return 'limit'
  return waited > within ? 'late' : 'fine'
}

export interface Waiter extends WaitingCall {
  line: FloorLine
}

/** Everybody who waits on these lines: urgent first, then who waited longest. */
export function waiters(lines: readonly FloorLine[]): Waiter[] {
  const all = lines.flatMap((line) => line.waiting.map((call) => ({ ...call, line })))
  return all.sort((a, b) => Number(b.urgent) - Number(a.urgent) || b.waited - a.waited)
}

/** How many wait who are not named: the server names the first hundred of a line. */
export function unnamed(lines: readonly FloorLine[]): number {
  return lines.reduce((sum, line) => sum + Math.max(0, line.waiting_calls - line.waiting.length), 0)
}

/** The agents of a line (of all without one), in the order in which a leader looks. */
export function crew(agents: readonly FloorAgent[], line: string | null): FloorAgent[] {
  const there = line === null ? [...agents] : agents.filter((one) => line in one.lines)
  return there.sort(
    (a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || (b.seconds ?? 0) - (a.seconds ?? 0),
  )
}

export function counted(agents: readonly FloorAgent[]): { presence: Presence; count: number }[] {
  return ORDER.map((presence) => ({ presence, count: agents.filter((one) => one.presence === presence).length }))
}

/** Alerts that stand now, the newest first; and those that are past. */
export function sorted(alerts: readonly FloorAlert[], line: string | null): { now: FloorAlert[]; past: FloorAlert[] } {
  const theirs = alerts.filter((one) => line === null || one.line === null || one.line === line)
  const newest = [...theirs].sort((a, b) => b.at.localeCompare(a.at))
  return { now: newest.filter((one) => one.stands), past: newest.filter((one) => !one.stands) }
}

/** `names` of lines by id. */
export function names(floor: Floor): Map<string, string> {
  return new Map(floor.lines.map((line) => [line.id, line.name]))
}

/** Which of `count` rows are shown on a screen for `fits`, in its `turn`-th turn: from, and how many turns there are. */
export function turnOf(count: number, fits: number, turn: number): { from: number; turns: number; turn: number } {
  const each = Math.max(1, fits)
  const turns = Math.max(1, Math.ceil(count / each))
  return { from: (turn % turns) * each, turns, turn: turn % turns }
}
