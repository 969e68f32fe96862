/** Who is signed in, and what they may do. The server refuses what is not theirs; the pages only don't offer it. */

import { readonly, shallowRef } from 'vue'

import { get } from './api/http'

export interface Me {
  name: string
  shown: string
  role: 'agent' | 'leader' | 'quality' | 'administrator' | 'auditor'
  agent: string | null
  permissions: string[]
  second_factor: boolean
}

const me = shallowRef<Me | null>(null)

/** Asks once; the sign-in page takes over when nobody is signed in. */
export async function whoami(): Promise<Me> {
  me.value ??= await get<Me>('/me')
  return me.value
}

/** Whether one of these permissions is theirs. */
export function can(...permissions: string[]): boolean {
  return permissions.some((permission) => me.value?.permissions.includes(permission) ?? false)
}

export function useSession() {
  return { me: readonly(me), can }
}
