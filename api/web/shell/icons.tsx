// The page's icons: small strokes in the colour of their text, hidden from screen readers.

import type { ReactNode } from 'react'

const PATHS = {
  plus: <path d="M12 5v14M5 12h14" />,
  send: <path d="M12 19V5M6 11l6-6 6 6" />,
  stop: <rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" stroke="none" />,
  attach: (
    <path d="m20 11.5-8 8a5 5 0 0 1-7-7l8.5-8.500a3.3 3.3 0 0 1 4.7 4.700l-8.5 8.500a1.7 1.7 0 0 1-2.4-2.400l7.8-7.8" />
  ),
  close: <path d="M6 6l12 12M18 6 6 18" />,
  menu: <path d="M4 7h16M4 12h16M4 17h10" />,
  copy: (
    <>
      <rect x="9" y="9" width="11" height="11" rx="2.5" />
      <path d="M5.5 15A1.5 1.5 0 0 1 4 13.500v-8A1.5 1.5 0 0 1 5.5 4h8A1.5 1.5 0 0 1 15 5.5" />
    </>
  ),
  check: <path d="m5 12.5 4.5 4.500L19 7.5" />,
  retry: <path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.300L19.5 9M19.5 4v5h-5" />,
  more: <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="2.6" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.600l1.1 1.100M17.3 17.300l1.1 1.100M5.6 18.400l1.1-1.100M17.3 6.700l1.1-1.1" />
    </>
  ),
  moon: <path d="M20 14.500A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.500z" />,
  screen: (
    <>
      <rect x="3.5" y="5" width="17" height="11.5" rx="2" />
      <path d="M9 20h6" />
    </>
  ),
  book: (
    <path d="M5 5.500A1.5 1.5 0 0 1 6.5 4H19v13H6.500A1.5 1.5 0 0 0 5 18.500zm0 13A1.5 1.5 0 0 0 6.5 20H19v-3" />
  ),
  file: (
    <path d="M13.5 3.500H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.500h10a1.5 1.5 0 0 0 1.5-1.500V8.500zm0 0v5h5" />
  ),
  upload: (
    <path d="M12 15.500V4.500M7.5 9 12 4.5 16.5 9M4.5 15v3A1.5 1.5 0 0 0 6 19.500h12a1.5 1.5 0 0 0 1.5-1.500v-3" />
  ),
  chart: <path d="M5 20V10M12 20V4M19 20v-7" />,
  chevron: <path d="m9 6 6 6-6 6" />,
  down: <path d="M12 5v14M6 13l6 6 6-6" />,
  edit: <path d="m4.5 19.5 1-4L16 5l3 3L8.5 18.500zM14 7l3 3" />,
  trash: <path d="M5 7h14M10 7V5h4v2M7 7l.8 12h8.400L17 7M10.5 10.500v5M13.5 10.500v5" />,
  warning: (
    <path d="M12 9v4.500M12 17h.01M10.7 4.3 3 18a1.5 1.5 0 0 0 1.3 2.200h15.400A1.5 1.5 0 0 0 21 18L13.3 4.300a1.5 1.5 0 0 0-2.6 0z" />
  ),
  offline: (
    <path d="M4 4l16 16M8.5 15.500a5 5 0 0 1 5-1.200M5 12a9.5 9.5 0 0 1 4.5-2.500M19 12a9.5 9.5 0 0 0-5-2.800M12 19h.01" />
  ),
  link: (
    <path d="M9 15 15 9M10.5 6.5 12 5a4.2 4.2 0 0 1 6 6l-1.5 1.500M13.5 17.5 12 19a4.2 4.2 0 0 1-6-6l1.5-1.5" />
  ),
} as const satisfies Readonly<Record<string, ReactNode>>

export type IconName = keyof typeof PATHS

/** Pixels of most icons: the height of a line of text. */
const DEFAULT_SIZE = 18

export function Icon({ name, size = DEFAULT_SIZE }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {PATHS[name]}
    </svg>
  )
}

/** Parley's mark: two voices that meet. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg
      className="mark"
      width={size}
      height={size}
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      <rect width="32" height="32" rx="9" className="mark-ground" />
      <path
        d="M8 9.500h11a2.5 2.5 0 0 1 2.5 2.500v4a2.5 2.5 0 0 1-2.5 2.500h-6L9 22v-3.500H8A2.5 2.5 0 0 1 5.5 16v-4A2.5 2.5 0 0 1 8 9.500z"
        fill="#fff"
      />
      <g className="mark-ground">
        <circle cx="10" cy="14" r="1.3" />
        <circle cx="13.5" cy="14" r="1.3" />
        <circle cx="17" cy="14" r="1.3" />
      </g>
      <path
        d="M23.5 14.500h.5a2.5 2.5 0 0 1 2.5 2.500v4a2.5 2.5 0 0 1-2.5 2.500v2.700l-3.5-2.700H16a2.5 2.5 0 0 1-2.3-1.6"
        fill="none"
        stroke="#9fe3d3"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
