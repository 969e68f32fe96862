/** From addresses to pages. */

import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

import { pages, type Page } from './pages/table'
import { can, whoami } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    page?: Page
    /** For who is not signed in: nothing around it. */
    open?: boolean
  }
}

/** The pages that whoever is signed in may see, in their order. */
export function mine(): Page[] {
  return pages.filter((page) => can(...page.permissions))
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./pages/home/HomePage.vue') },
  ...pages.map((page) => ({ path: page.path, name: page.name, component: page.load, meta: { page } })),
  { path: '/try', name: 'try', component: () => import('./pages/try/TryPage.vue'), meta: { open: true } },
  { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/home/NowherePage.vue') },
]

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  const page = to.meta.page
  page?.load().catch(() => undefined) // beside the question who this is; what fails is told when it is opened
  await whoami()
  if (page !== undefined && !can(...page.permissions)) return { name: 'home', query: { refused: page.name } }
  const first = mine()[0]
  if (to.name === 'home' && to.query.refused === undefined && first !== undefined) return { name: first.name }
  return true
})
