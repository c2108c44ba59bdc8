// Keep-alive connections that each send the next row as soon as the last is answered; their number may change at any time.

const LENGTH = /content-length: (\d+)/i
const HEADER_END = '\r\n\r\n'
const OK = 'HTTP/1.1 200'

export interface Sample {
  /** Seconds since the load began. */
  readonly atSeconds: number
  readonly connections: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
}

export interface Load {
  /** Opens or ends connections until there are this many; an ending one waits for its answer. */
  setConnections(count: number): void
  /** What was answered since the last sample. */
  sample(): Sample
  /** Resolves when the last connection has ended. */
  stop(): Promise<void>
}

export interface Target {
  readonly port: number
  readonly path: string
  /** Sent in turn, so that no branch of a model learns one row by heart. */
  readonly bodies: readonly string[]
}

export function createLoad({ port, path, bodies }: Target): Load {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  )
  const startedMs = performance.now()
  let sampledMs = startedMs
  let latenciesMs: number[] = []
  let errors = 0
  let next = 0
  let wanted = 0
  let open = 0
  let onEmpty: (() => void) | null = null
  const take = (): Buffer => {
    next = (next + 1) % requests.length
    return requests[next] ?? Buffer.alloc(0)
  }
  const connect = () => {
    open += 1
    let sentMs = 0
    let rest = ''
    let isDone = false
    const end = () => {
      if (isDone) return
      isDone = true
      open -= 1
      if (open < wanted) connect()
      if (open === 0) onEmpty?.()
    }
    Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open(socket) {
          sentMs = performance.now()
          socket.write(take())
        },
        data(socket, chunk) {
          rest += chunk.toString('latin1')
          const head = rest.indexOf(HEADER_END)
          if (head < 0) return
          const length = Number(LENGTH.exec(rest)?.[1] ?? 0)
          if (rest.length < head + HEADER_END.length + length) return
          if (!rest.startsWith(OK)) errors += 1
          latenciesMs.push(performance.now() - sentMs)
          rest = ''
          if (open > wanted) {
            end()
            socket.end()
            return
          }
          sentMs = performance.now()
          socket.write(take())
        },
        close: () => {
          if (!isDone) errors += 1
          end()
        },
      },
    }).catch(() => {
      errors += 1
      end()
    })
  }
  return {
    setConnections(count) {
      wanted = count
      while (open < wanted) connect()
    },
    sample() {
      const nowMs = performance.now()
      const sorted = latenciesMs.sort((left, right) => left - right)
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
      const sample = {
        atSeconds: (nowMs - startedMs) / 1000,
        connections: open,
        requestsPerSecond: sorted.length / ((nowMs - sampledMs) / 1000),
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        errors,
      }
      latenciesMs = []
      errors = 0
      sampledMs = nowMs
      return sample
    },
    async stop() {
      wanted = 0
      if (open === 0) return
      await new Promise<void>((resolve) => {
        onEmpty = resolve
        setTimeout(resolve, END_MS)
      })
    },
  }
}

/** A server that never answers does not keep the load alive. */
const END_MS = 5_000
