/** The WebSocket to the engine's door, as JsSIP wants one: and it notices within seconds that a network is gone. */

const SPOKEN = '\r\n\r\n'
const HEARD = '\r\n'
/** Milliseconds between two signs of life, until silence counts as the end, and between two looks. */
const EVERY = 4000
const PATIENCE = 8500
const LOOK = 1000
/** Code of closing that the door itself never uses: nothing was heard. */
export const SILENT = 4499

export class Door {
  via_transport = 'WS'
  onconnect: () => void = () => undefined
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined
  ondata: (data: string) => void = () => undefined
  private socket: WebSocket | null = null
  private alive: ReturnType<typeof setInterval> | undefined
  private heard = 0
  private spoke = 0

  constructor(
    readonly url: string,
    readonly sip_uri: string,
  ) {}

  connect(): void {
    if (this.isConnected() || this.isConnecting()) return
    const socket = new WebSocket(this.url, 'sip')
    this.socket = socket
    socket.onopen = () => {
      if (socket !== this.socket) return
      this.heard = this.spoke = Date.now()
      this.alive = setInterval(() => this.look(), LOOK)
      this.onconnect()
    }
    socket.onmessage = (message: MessageEvent<string>) => {
      if (socket !== this.socket) return
      this.heard = Date.now()
      if (message.data !== HEARD) this.ondata(message.data)
    }
    socket.onclose = (event) => this.gone(socket, !event.wasClean, event.code, event.reason)
  }

  disconnect(): void {
    const socket = this.socket
    if (socket === null) return
    this.gone(socket, false, 1000, '')
    socket.close()
  }

  send(message: unknown): boolean {
    if (!this.isConnected()) return false
    this.socket?.send(String(message))
    return true
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING
  }

  private look(): void {
    const socket = this.socket
    if (socket === null) return
    const now = Date.now()
    if (now - this.heard > PATIENCE) {
      this.gone(socket, true, SILENT, 'silent')
      socket.close()
    } else if (this.isConnected() && now - this.spoke >= EVERY) {
      this.spoke = now
      socket.send(SPOKEN)
    }
  }

  private gone(socket: WebSocket, error: boolean, code: number, reason: string): void {
    if (socket !== this.socket) return
    clearInterval(this.alive)
    this.socket = null
    this.ondisconnect(error, code, reason)
  }
}
