/** From the peaks of a sound to what is drawn of it. */

import type { Side } from './recording'

/** Half the height of a side's drawing, in its own units. */
export const HALF = 100
/** Below this a sound is drawn as if it were so loud: noise on the line is no speech. */
const QUIET = 1024

/** The outline of one side as an SVG path, `columns` wide and `2 * HALF` high; silence is a thin line. */
export function outline(side: Side, loudest: number): string {
  const scale = HALF / Math.max(loudest, QUIET)
  const high = side.high.map((value, at) => `${at} ${round(HALF - Math.max(value * scale, 0.6))}`)
  const low = side.low.map((value, at) => `${at} ${round(HALF - Math.min(value * scale, -0.6))}`)
  return high.length === 0 ? '' : `M${high.join('L')}L${low.reverse().join('L')}Z`
}

/** The furthest that any side swings. */
export function loudestOf(sides: readonly Side[]): number {
  let most = 0
  for (const { low, high } of sides) {
    for (const value of high) most = Math.max(most, value)
    for (const value of low) most = Math.max(most, -value)
  }
  return most
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]

/** The seconds that are written below a sound: at most ten. */
export function ticks(seconds: number): number[] {
  const step = STEPS.find((one) => seconds / one <= 10) ?? 3600
  const found: number[] = []
  for (let at = 0; at < seconds; at += step) found.push(at)
  return found
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
