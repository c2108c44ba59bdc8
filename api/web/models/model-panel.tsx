// Everything about one model beside the conversation: try it, how good it is, call it, its versions, where it came from.

import { ActionIcon, Button, Skeleton, Tabs } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { taskName } from '#core/presentation/phrases.ts'
import type { DescribedModel } from '../client/api.ts'
import { Icon } from '../shell/icons.tsx'
import { AboutTab } from './about-tab.tsx'
import { EndpointTab } from './endpoint-tab.tsx'
import { ModelActions } from './model-actions.tsx'
import { QualityTab } from './quality-tab.tsx'
import { TryForm } from './try-form.tsx'
import { useDescribedModel } from './use-described-model.ts'
import { VersionsTab } from './versions-tab.tsx'

export function ModelPanel({ name, close }: { name: string; close: () => void }) {
  /** Null shows the live version, or the newest where none is live. */
  const [version, setVersion] = useState<number | null>(null)
  const [tab, setTab] = useState<string | null>('try')
  const { model, problem, reload } = useDescribedModel(name, version)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    heading.current?.focus()
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  const panel = useEscape(close)
  const tryVersion = (number: number | null) => {
    setVersion(number)
    setTab('try')
  }
  return (
    <section className="panel-inside" ref={panel}>
      <header className="panel-head">
        <div className="panel-title">
          <h2 ref={heading} tabIndex={-1} dir="auto">
            {model?.title ?? name}
          </h2>
          <ActionIcon variant="subtle" color="gray" aria-label="Close the model" onClick={close}>
            <Icon name="close" />
          </ActionIcon>
        </div>
        {model !== null && <Facts model={model} />}
      </header>
      {problem !== null && (
        <div className="panel-problem" role="alert">
          <p dir="auto">{problem.message}</p>
          <Button variant="default" size="compact-sm" onClick={reload}>
            Try again
          </Button>
        </div>
      )}
      {model === null && problem === null && <Loading />}
      {model !== null && (
        <>
          <ModelActions model={model} close={close} />
          <Tabs value={tab} onChange={setTab} className="panel-tabs" keepMounted={false}>
            <Tabs.List aria-label={`About ${model.title}`}>
              <Tabs.Tab value="try">Try it</Tabs.Tab>
              <Tabs.Tab value="quality">Quality</Tabs.Tab>
              <Tabs.Tab value="endpoint">Endpoint</Tabs.Tab>
              <Tabs.Tab value="versions">
                Versions <span className="tab-count">{model.versions.length}</span>
              </Tabs.Tab>
              <Tabs.Tab value="about">About</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="try">
              <TryForm
                key={model.model_version}
                model={model}
                version={version}
                toLive={() => setVersion(null)}
              />
            </Tabs.Panel>
            <Tabs.Panel value="quality">
              <QualityTab model={model} />
            </Tabs.Panel>
            <Tabs.Panel value="endpoint">
              <EndpointTab model={model} />
            </Tabs.Panel>
            <Tabs.Panel value="versions">
              <VersionsTab model={model} tryVersion={tryVersion} />
            </Tabs.Panel>
            <Tabs.Panel value="about">
              <AboutTab model={model} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </section>
  )
}

/** Esc inside the panel closes it, unless a menu or list in it wanted the key. */
function useEscape(close: () => void) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = panel.current
    if (element === null) return
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      event.preventDefault()
      close()
    }
    element.addEventListener('keydown', listen)
    return () => element.removeEventListener('keydown', listen)
  }, [close])
  return panel
}

function Facts({ model }: { model: DescribedModel }) {
  return (
    <>
      <p className="panel-facts">
        <span className="badge" data-tone={model.deployed ? 'good' : 'neutral'}>
          {model.deployed ? `Live, version ${model.live_version}` : 'Not deployed'}
        </span>
        <span className="quiet">{taskName(model.task)}</span>
      </p>
      {model.description !== '' && (
        <p className="panel-text" dir="auto">
          {model.description}
        </p>
      )}
    </>
  )
}

function Loading() {
  return (
    <div className="panel-loading" role="status">
      <span className="visually-hidden">Loading the model</span>
      <Skeleton height={16} width="70%" />
      <Skeleton height={38} />
      <Skeleton height={38} />
      <Skeleton height={38} />
    </div>
  )
}
