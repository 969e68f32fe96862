const zh = {
  title: '试一试这条热线',
  lead: '用电脑的麦克风和耳机，在这里打进热线；再打开一个标签页，自己当座席接起来。全程只在本机，不产生话费，也不计入报表。',
  key: '这个地址只能用一次，而且只在本机有效。请回到启动热线的窗口，用它最新给出的地址打开。',
  call: '拨打 {number}',
  hang_up: '挂断',
  state: {
    connecting: '正在接通交换机…',
    idle: '可以拨打',
    dialling: '正在拨打…',
    talking: '通话中',
    away: '交换机暂时不在，正在重连…',
  },
  keys: '通话中按键',
  keys_hint: '听到菜单后按键，键盘上的数字键也可以。按 0 转人工。',
  agent_title: '在另一个标签页当座席',
  agent_words:
    '会以座席身份登录这个浏览器（只有座席权限，写入审计日志）。打来之前先打开它，来电就会在那里响铃，按 F2 接听。',
  agent: '打开座席页面',
  agent_is: '座席：{name}，服务：{lines}',
  trouble: {
    denied: '浏览器不允许使用麦克风：点地址栏左侧的图标，允许后再拨。',
    missing: '没有找到麦克风：请插好耳麦再拨。',
    busy: '麦克风正被别的程序占用。',
    insecure: '浏览器不给麦克风：请用 http://127.0.0.1 打开。',
    failed: '麦克风打不开：请检查耳麦。',
  },
}

const en: typeof zh = {
  title: 'Try this hotline',
  lead: 'Call the hotline with the microphone and earphones of this computer; then open another tab, be the agent, and answer. All of it stays on this machine, costs nothing, and is in no report.',
  key: 'This address works once, and on this machine alone. Use the newest one from the window in which the hotline was started.',
  call: 'Call {number}',
  hang_up: 'Hang up',
  state: {
    connecting: 'Reaching the switch…',
    idle: 'Ready to call',
    dialling: 'Calling…',
    talking: 'Talking',
    away: 'The switch is away; trying again…',
  },
  keys: 'Keys during the call',
  keys_hint: 'Press keys when you hear the menu; the keys of your keyboard do too. 0 leads to a person.',
  agent_title: 'Be the agent in another tab',
  agent_words:
    'Signs this browser in as an agent (with an agent’s rights alone; it is in the audit log). Open it before you call: it rings there, and F2 answers.',
  agent: 'Open the agent’s page',
  agent_is: 'Agent: {name}; serves: {lines}',
  trouble: {
    denied: 'The browser does not allow the microphone: allow it by the icon beside the address, then call.',
    missing: 'No microphone was found: plug the headset in, then call.',
    busy: 'Another program holds the microphone.',
    insecure: 'The browser gives no microphone here: open http://127.0.0.1.',
    failed: 'The microphone does not open: check the headset.',
  },
}

export const words = { zh, en }
