// MCP through the parity suite: by the newer client and by the older one, over HTTP.

import type { ErrorCode } from '#core/errors.ts'
import { connectHttp, ERAS, startMcpServer } from '../mcp/support.ts'
import { describeParity } from './parity.ts'

const TOKEN = /"confirm": "([\da-f]{32})"/

/** As a language model reads it in the question. */
function tokenIn(text: string): string {
  return TOKEN.exec(text)?.[1] ?? ''
}

for (const era of ERAS) {
  describeParity({
    name: `MCP ${era}`,
    async open(ports) {
      const server = startMcpServer(ports)
      const client = await connectHttp(server.url, era)
      return {
        async run(operation, input, _example, isAgreed) {
          let answer = await client.call(operation, input)
          if (isAgreed) {
            answer = await client.call(operation, { ...input, confirm: tokenIn(answer.text) })
          }
          return answer.isError
            ? { ok: false, code: answer.error?.code as ErrorCode }
            : { ok: true, output: answer.data }
        },
        async close() {
          await client.close()
          await server.close()
        },
      }
    },
  })
}
