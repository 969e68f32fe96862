/** Lengths of time and instants as people read them. */

/** `4:05`, `1:00:05`; seconds below zero count as none. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** `2026-11-22 10:03` in China, of an ISO instant; nothing for null. */
export function moment(at: string | null | undefined): string {
  if (!at) return ''
  return new Date(at)
    .toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })
    .replace('T', ' ')
}

/** `10:03:12` in China. */
export function timeOfDay(at: string | null | undefined): string {
  return at ? new Date(at).toLocaleTimeString('sv-SE', { timeZone: 'Asia/Shanghai' }) : ''
}
