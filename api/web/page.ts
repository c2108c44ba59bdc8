// Serves the chat page: the document at `/`, and its script, style and icon under names that change with their content.

import { randomBytes } from 'node:crypto'
import type { Page } from '../application.ts'
import { type Asset, type Bundle, buildBundle } from './bundle.ts'
import { renderDocument } from './document.ts'
import { ICON_SVG } from './icon.ts'

const ASSET_FOLDER = '/page/'
const ICON_PATH = '/favicon.svg'
/** A name holds a hash of its content, so what it names never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const ONE_DAY = 'public, max-age=86400'
/** 128 bits: a nonce must not be guessed. */
const NONCE_BYTES = 16

/**
 * The page as the server mounts it. The bundle is made on the first visit (a fraction of a second) and kept in memory,
 * so that neither the start of the server nor a clone without a build step waits for it.
 */
export function createPage(): Page {
  let building: Promise<Bundle> | null = null
  const bundle = () => {
    building ??= buildBundle(ASSET_FOLDER).catch((error: unknown) => {
      // The next visit tries again: a file may have been half-written while it was edited.
      building = null
      throw error
    })
    return building
  }
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/' || pathname === '/index.html') return documentResponse(await bundle())
    if (pathname === ICON_PATH || pathname === '/favicon.ico') return iconResponse()
    if (!pathname.startsWith(ASSET_FOLDER)) return null
    const asset = (await bundle()).assets.get(pathname)
    return asset === undefined ? null : assetResponse(asset, request)
  }
}

/** Nothing from elsewhere, no inline script or style but ours, never in a frame of another page. */
function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function documentResponse({ scriptPath, stylePath }: Bundle): Response {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  return new Response(renderDocument({ scriptPath, stylePath, iconPath: ICON_PATH, nonce }), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentPolicy(nonce),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    },
  })
}

function assetResponse(asset: Asset, request: Request): Response {
  const accepted = request.headers.get('accept-encoding') ?? ''
  const encoding = accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : null
  return new Response(encoding === null ? asset.plain : asset[encoding], {
    headers: {
      'content-type': asset.type,
      'cache-control': FOR_EVER,
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(encoding !== null && { 'content-encoding': encoding }),
    },
  })
}

function iconResponse(): Response {
  return new Response(ICON_SVG, {
    headers: {
      'content-type': 'image/svg+xml',
      'cache-control': ONE_DAY,
      'x-content-type-options': 'nosniff',
    },
  })
}
