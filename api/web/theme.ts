// Colours, type and shapes of the page, for Mantine's components and our own style sheet alike.

import { createTheme, type MantineColorsTuple } from '@mantine/core'

/** A deep green-blue: white on shade 7 and shade 7 on white both have a contrast above 5:1. */
const PARLEY: MantineColorsTuple = [
  '#ecf8f5',
  '#d6efe8',
  '#abe0d2',
  '#7bcfba',
  '#4dbaa2',
  '#2aa289',
  '#148c74',
  '#0d7a67',
  '#0a6354',
  '#074a3f',
]

/** Warm greys; Mantine paints dark surfaces from this scale. */
const DARK: MantineColorsTuple = [
  '#e9e7e3',
  '#c9c6c0',
  '#a5a29b',
  '#76736d',
  '#4a4844',
  '#383734',
  '#262624',
  '#1e1e1c',
  '#161615',
  '#0f0f0e',
]

const SANS =
  'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif'
const MONO =
  'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "Liberation Mono", monospace'

export const THEME = createTheme({
  primaryColor: 'parley',
  primaryShade: { light: 7, dark: 7 },
  colors: { parley: PARLEY, dark: DARK },
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  headings: { fontFamily: SANS, fontWeight: '640' },
  fontSizes: { xs: '12px', sm: '14px', md: '15px', lg: '17px', xl: '20px' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '10px', lg: '14px', xl: '20px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
})
