// Connections that send without pause while a server is asked to stop: what was sent and never answered is lost.

import { connect } from 'node:net'

const HEADER_END = '\r\n\r\n'
const LENGTH = /content-length: (\d+)/i
const CLOSES = /connection: close/i
const OK = 'HTTP/1.1 200'

export interface DrainReport {
  readonly answered: number
  /** Answered while the server was stopping. */
  readonly answeredStopping: number
  /** Answers other than 200. */
  readonly refused: number
  /** Sent, and the connection ended without a whole answer. */
  readonly lost: number
}

export interface DrainLoad {
  readonly url: string
  readonly path: string
  readonly body: string
  readonly connections: number
  /** How long the load runs before `stop` is called. */
  readonly beforeMs: number
  readonly stop: () => Promise<unknown>
}

/** As a proxy keeps connections: it sends the next request at once, and none behind an answer that closes. */
export async function drainUnderLoad(load: DrainLoad): Promise<DrainReport> {
  const { hostname, port } = new URL(load.url)
  const request = `POST ${load.path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(load.body)}\r\n\r\n${load.body}`
  const report = { answered: 0, answeredStopping: 0, refused: 0, lost: 0 }
  let stopping = false
  const hold = () =>
    new Promise<void>((resolve) => {
      let received = ''
      let waiting = true
      const socket = connect(Number(port), hostname, () => socket.write(request))
      socket.on('data', (data) => {
        received += data.toString('latin1')
        const head = received.indexOf(HEADER_END)
        if (head < 0) return
        const length = Number(LENGTH.exec(received)?.[1] ?? Number.NaN)
        if (received.length < head + HEADER_END.length + length) return
        report.answered += 1
        if (stopping) report.answeredStopping += 1
        if (!received.startsWith(OK)) report.refused += 1
        waiting = !CLOSES.test(received.slice(0, head))
        received = ''
        if (waiting) socket.write(request)
        else socket.end()
      })
      // What ended it shows in what it left unanswered.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (waiting) report.lost += 1
        resolve()
      })
    })
  const held = Array.from({ length: load.connections }, hold)
  await Bun.sleep(load.beforeMs)
  stopping = true
  await Promise.all([load.stop(), ...held])
  return report
}
