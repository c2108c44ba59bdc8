// Shows a model's address and how to call it from three languages, each with a button that copies it.

import { Tabs } from '@mantine/core'
import type { Scalar } from '#core/model.ts'
import { CodeBox, CopyButton } from '../chat/code-box.tsx'
import { snippetsFor } from './snippets.ts'

export interface EndpointProps {
  /** `/api/predict/churn`. */
  readonly endpoint: string
  readonly example: Readonly<Record<string, Scalar>>
}

export function EndpointAddress({ endpoint }: Pick<EndpointProps, 'endpoint'>) {
  const address = location.origin + endpoint
  return (
    <p className="endpoint" dir="ltr">
      <span className="method">POST</span>
      <code>{endpoint}</code>
      <CopyButton text={address} label="Copy the address" />
    </p>
  )
}

export function EndpointSnippets({ endpoint, example }: EndpointProps) {
  const snippets = snippetsFor(location.origin + endpoint, example)
  return (
    <Tabs defaultValue="curl" variant="pills" className="snippets" keepMounted={false}>
      <Tabs.List aria-label="Language of the snippet">
        {snippets.map(({ language, label }) => (
          <Tabs.Tab key={language} value={language}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ language, label, text }) => (
        <Tabs.Panel key={language} value={language}>
          <CodeBox text={text} language={language} title={label} />
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
