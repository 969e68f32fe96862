import type { Words } from '@/i18n'

const zh = {
  title: '登记表',
  id: '编号',
  version: '版本',
  add: '新登记',
  edit: '修改',
  retire: '停用',
  why: '说明原因',
  print: '打印',
  form: '附件{n}',
  colon: '：',
  at: '登记时间',
  gaps: '登记表与流程不一致之处',
  changed: '刚刚被别人改过，已重新读取',
  saved: '已登记',
  registers: { line: '热线', unit: '承办部门', agent: '座席员', expert: '专家在线' },
}

const en: typeof zh = {
  title: 'Registers',
  id: 'Id',
  version: 'Version',
  add: 'New entry',
  edit: 'Change',
  retire: 'Retire',
  why: 'Say why',
  print: 'Print',
  form: 'Form {n} (附件{n})',
  colon: ': ',
  at: 'Since',
  gaps: 'Where registers and plan differ',
  changed: 'Somebody just changed it; it was read again',
  saved: 'Registered',
  registers: { line: 'Lines', unit: 'Units', agent: 'Agents', expert: 'Experts' },
}

export const words: Words<typeof zh> = { zh, en }
