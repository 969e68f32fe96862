/** The lines that there are, as the floor tells of them. */

import { get } from '@/api/http'

export interface Line {
  id: string
  name: string
}

export async function linesOf(): Promise<Line[]> {
  const { lines } = await get<{ lines: Line[] }>('/floor')
  return lines.map(({ id, name }) => ({ id, name }))
}
