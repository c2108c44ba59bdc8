// Where the page begins in the browser: styles, theme, state, and the first render.

import './styles/mantine.css'
import './styles/colours.css'
import './styles/page.css'
import './styles/side.css'
import './styles/chat.css'
import './styles/cards.css'
import './styles/blocks.css'
import './styles/composer.css'
import './styles/empty.css'
import './styles/models.css'
import './styles/drift.css'
import './styles/phrases.css'
import './styles/runs.css'
import { MantineProvider } from '@mantine/core'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { AppStateProvider, createAppState } from './state/app-state.ts'
import { THEME } from './theme.ts'

/** The policy of the page allows only styles that carry the nonce of its own script. */
const nonce = document.getElementById('page-script')?.nonce ?? ''
// The library that keeps the page from scrolling behind a dialog looks for its nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce })

const root = document.getElementById('root')
if (root === null) throw new Error('the document has no place for the page')

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={THEME} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <AppStateProvider value={createAppState()}>
        <App />
      </AppStateProvider>
    </MantineProvider>
  </StrictMode>,
)
