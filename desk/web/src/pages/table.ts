/** Every page of the desk: where it is, who may see it, what loads it. The one table. */

import type { Component } from 'vue'

export interface Page {
  /** Its words are `page.NAME`. */
  name: string
  path: string
  /** One of these permissions is enough; the server asks for them again. */
  permissions: string[]
  load: () => Promise<{ default: Component }>
  /** Path of an SVG icon in a box of 24 by 24, drawn with strokes. */
  icon: string
  /** Without navigation around it: the big screen, the trial. */
  bare?: boolean
}

export const pages: readonly Page[] = [
  {
    name: 'wall',
    path: '/wall',
    permissions: ['floor.read'],
    load: () => import('./wall/WallPage.vue'),
    icon: 'M3 4h18v12H3z M8 20h8 M12 16v4 M7 12v-2 M12 12V8 M17 12v-3',
  },
  {
    name: 'desk',
    path: '/desk',
    permissions: ['desk.command'],
    load: () => import('./desk/DeskPage.vue'),
    icon: 'M4 5c0 8.3 6.7 15 15 15l1.5-4-4.5-2-2 2c-2.5-1-4.5-3-5.5-5.5l2-2-2-4.5z',
  },
  {
    name: 'orders',
    path: '/orders',
    permissions: ['orders.read', 'orders.own'],
    load: () => import('./orders/OrdersPage.vue'),
    icon: 'M9 4h6v3H9zM7 5H5v16h14V5h-2M9 12h6M9 16h4',
  },
  {
    name: 'answers',
    path: '/answers',
    permissions: ['answers.read', 'answers.own'],
    load: () => import('./answers/AnswersPage.vue'),
    icon: 'M5 3h14v18H5z M9 8h6 M9 12h6 M9 16h3',
  },
  {
    name: 'calls',
    path: '/calls',
    permissions: ['calls.read', 'calls.own'],
    load: () => import('./calls/CallsPage.vue'),
    icon: 'M6 3h4l2 5-3 2a12 12 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z',
  },
  {
    name: 'recordings',
    path: '/recordings',
    permissions: ['recordings.listen', 'audit.read'],
    load: () => import('./recordings/RecordingsPage.vue'),
    icon: 'M4 10v4 M8 6v12 M12 3v18 M16 7v10 M20 10v4',
  },
  {
    name: 'quality',
    path: '/quality',
    permissions: ['quality.read', 'quality.own'],
    load: () => import('./quality/QualityPage.vue'),
    icon: 'M12 3l2.7 5.6 6.1.8-4.5 4.3 1.1 6.1L12 16.9l-5.4 2.9 1.1-6.1L3.2 9.4l6.1-.8z',
  },
  {
    name: 'knowledge',
    path: '/knowledge/:id?',
    permissions: ['knowledge.read'],
    load: () => import('./knowledge/KnowledgePage.vue'),
    icon: 'M5 4h9a4 4 0 0 1 4 4v12H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h10M9 8h5',
  },
  {
    name: 'registers',
    path: '/registers',
    permissions: ['registers.read'],
    load: () => import('./registers/RegistersPage.vue'),
    icon: 'M4 5h16v14H4z M4 10h16 M10 10v9',
  },
  {
    name: 'categories',
    path: '/categories',
    permissions: ['calls.read'],
    load: () => import('./categories/CategoriesPage.vue'),
    icon: 'M4 5h6v4H4z M14 10h6v4h-6z M14 17h6v4h-6z M7 9v10h7 M7 12h7',
  },
  {
    name: 'users',
    path: '/users',
    permissions: ['users.read'],
    load: () => import('./users/UsersPage.vue'),
    icon: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z M4 20a8 8 0 0 1 16 0',
  },
  {
    name: 'webhooks',
    path: '/webhooks',
    permissions: ['webhooks.manage'],
    load: () => import('./webhooks/WebhooksPage.vue'),
    icon: 'M9 8a3 3 0 1 1 4 2.8L16 16M7 13a3 3 0 1 0 3 4h6M17 13a3 3 0 1 1-1 5.8M12 8l-4 8',
  },
  {
    name: 'audit',
    path: '/audit',
    permissions: ['audit.read'],
    load: () => import('./audit/AuditPage.vue'),
    icon: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z M9 12l2 2 4-4',
  },
  {
    name: 'routing',
    path: '/routing',
    permissions: ['plan.read'],
    load: () => import('./routing/RoutingPage.vue'),
    icon: 'M5 21V9a3 3 0 0 1 3-3h8M13 3l3 3-3 3M5 14h8a3 3 0 0 1 3 3v4M13 18l3 3 3-3',
  },
  {
    name: 'reports',
    path: '/reports',
    permissions: ['reports.read'],
    load: () => import('./reports/ReportsPage.vue'),
    icon: 'M4 20h16M7 20v-6M12 20V5M17 20v-9',
  },
]
