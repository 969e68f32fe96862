import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './shell/theme.css'

import { createApp } from 'vue'

import { i18n, language, speak } from './i18n'
import { router } from './router'
import Shell from './shell/Shell.vue'

speak(language())
createApp(Shell).use(i18n).use(router).mount('#app')
