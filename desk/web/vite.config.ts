import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import ElementPlus from 'unplugin-element-plus/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vitest/config'

// Components of Element Plus come one by one, each with its own style: a page pays for what it shows.
export default defineConfig({
  plugins: [
    vue(),
    Components({ dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })], dts: 'components.d.ts' }),
    ElementPlus({}),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the pages' policy takes nothing that stands in the page itself
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    // `npm run dev` beside a running hotline
    proxy: { '/api': { target: 'http://127.0.0.1:8320', ws: true }, '/sign-in': 'http://127.0.0.1:8320' },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
