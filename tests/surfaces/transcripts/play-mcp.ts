// Plays the example conversation over MCP by a client of either era: what it reads as text and what it has as data.

import { connectHttp, type Era, startMcpServer } from '../../mcp/support.ts'
import { createTestPorts } from '../../support/ports.ts'
import { CHURN_FILE, type Exchange, type Moment, ROW, TITLE } from './facts.ts'

type Call = readonly [Moment, tool: string, input: Readonly<Record<string, unknown>>]

/** Two exchanges a moment: hosts read the text, the data, or both. */
export async function playMcp(era: Era): Promise<Exchange[]> {
  const ports = await createTestPorts()
  const server = startMcpServer(ports)
  const client = await connectHttp(server.url, era)
  const exchanges: Exchange[] = []
  try {
    const calls: readonly Call[] = [
      ['deploy', 'deploy_model', { upload: await upload(server.url), title: TITLE }],
      ['predict', 'predict', { model: 'churn', features: ROW }],
      // The model is a tool of its own since it was deployed.
      ['predict', 'predict_churn', ROW],
      ['why', 'explain_prediction', { model: 'churn', features: ROW }],
      ['list', 'list_models', {}],
      ['inputs', 'describe_model', { model: 'churn' }],
    ]
    for (const [moment, tool, input] of calls) {
      const { text, data } = await client.call(tool, input)
      exchanges.push({ moment, shown: text }, { moment, shown: JSON.stringify(data) })
    }
    return exchanges
  } finally {
    await client.close()
    await server.close()
    await ports.close()
  }
}

/** MCP has no upload of its own: a file comes ahead over HTTP and is named by its handle. */
async function upload(url: string): Promise<string> {
  const body = new FormData()
  body.append('file', Bun.file(CHURN_FILE), 'churn_model.pkl')
  const response = await fetch(`${url}/api/uploads`, { method: 'POST', body })
  return JSON.parse(await response.text()).upload
}
