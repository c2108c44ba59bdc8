// The load: keep-alive connections that each send the next row as soon as the last is answered, for a bounded time.

const LENGTH = /content-length: (\d+)/i
const HEADER_END = '\r\n\r\n'
const OK = 'HTTP/1.1 200'

interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly connections: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Bodies sent in turn, so that no branch of a model learns one row by heart. */
  readonly bodies: readonly string[]
}

export interface LoadResult {
  readonly requestsPerSecond: number
  /** Requests answered from the first to the last, warm-up included. */
  readonly answered: number
  readonly p50Us: number
  readonly p99Us: number
  readonly errors: number
  /** Share of its core that the load itself used; near 1 it is the load that was measured. */
  readonly busy: number
}

async function run(options: LoadOptions): Promise<LoadResult> {
  const requests = options.bodies.map((body) =>
    Buffer.from(
      `POST ${options.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  )
  const latenciesUs: number[] = []
  let errors = 0
  let answered = 0
  let next = 0
  let measuring = false
  let stopped = false
  const take = (): Buffer => {
    next = (next + 1) % requests.length
    return requests[next] ?? Buffer.alloc(0)
  }
  const open = () => {
    let sentAt = 0
    let rest = ''
    return Bun.connect({
      hostname: '127.0.0.1',
      port: options.port,
      socket: {
        open(socket) {
          sentAt = performance.now()
          socket.write(take())
        },
        data(socket, chunk) {
          rest += chunk.toString('latin1')
          const head = rest.indexOf(HEADER_END)
          if (head < 0) return
          const length = Number(LENGTH.exec(rest)?.[1] ?? -1)
          if (rest.length < head + HEADER_END.length + length) return
          answered += 1
          if (!rest.startsWith(OK)) errors += 1
          if (measuring) latenciesUs.push((performance.now() - sentAt) * 1000)
          rest = ''
          if (stopped) {
            socket.end()
            return
          }
          sentAt = performance.now()
          socket.write(take())
        },
        error() {
          errors += 1
        },
      },
    })
  }
  await Promise.all(Array.from({ length: options.connections }, open))
  await Bun.sleep(options.warmUpMs)
  const startedAt = performance.now()
  const startedCpu = process.cpuUsage()
  measuring = true
  await Bun.sleep(options.measureMs)
  measuring = false
  stopped = true
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = process.cpuUsage(startedCpu)
  latenciesUs.sort((left, right) => left - right)
  const at = (share: number) => latenciesUs[Math.floor(latenciesUs.length * share)] ?? Number.NaN
  return {
    requestsPerSecond: latenciesUs.length / seconds,
    answered,
    p50Us: at(0.5),
    p99Us: at(0.99),
    errors,
    busy: (cpu.user + cpu.system) / 1e6 / seconds,
  }
}

// Rows come from a file: a thousand bodies are too much for an argument.
const [optionsFile = ''] = process.argv.slice(2)
const options: LoadOptions = await Bun.file(optionsFile).json()
console.log(JSON.stringify(await run(options)))
process.exit(0)
