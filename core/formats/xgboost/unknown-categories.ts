// The rule of XGBoost 1.6.0 to 1.7.2 for category codes that training never saw, told in today's terms.

import { type Budget, chargeBytes, chargeWork } from '../limits.ts'
import type { StoredNodes } from './tree.ts'
import { isAtLeast } from './version.ts'

/** XGBoost keeps a node's categories as bits in words of this many. */
const WORD_BITS = 32

export function sendsUnknownByDefault(version: string | null): boolean {
  return isAtLeast(version, 1, 6) && !isAtLeast(version, 1, 7, 3)
}

/**
 * These versions sent a code beyond a node's last word of bits the way a missing value goes; all others send it left.
 * Where that way is right, the node is turned around: its children change places and the listed codes become the ones
 * that were not listed, so that "everything else goes left" leads to the same child.
 */
export function withUnknownsByDefault(
  nodes: StoredNodes,
  offset: number,
  budget: Budget,
): StoredNodes {
  const left = nodes.left.slice()
  const right = nodes.right.slice()
  const defaultLeft = nodes.defaultLeft.slice()
  const categories = new Map(nodes.categories)
  for (const [node, codes] of nodes.categories) {
    if (nodes.defaultLeft[node] === 1 || nodes.left[node] === -1) continue
    left[node] = nodes.right[node] ?? -1
    right[node] = nodes.left[node] ?? -1
    defaultLeft[node] = 1
    categories.set(node, unlisted(codes, offset, budget))
  }
  return { ...nodes, left, right, defaultLeft, categories }
}

/** Codes of the node's words that are not among `codes`. */
function unlisted(codes: Int32Array, offset: number, budget: Budget): Int32Array {
  const listed = new Set(codes)
  const last = codes.reduce((largest, code) => Math.max(largest, code), 0)
  const size = (Math.floor(last / WORD_BITS) + 1) * WORD_BITS
  // One large code makes millions of others, so a small file could ask for any amount of memory here.
  chargeBytes(budget, size * Int32Array.BYTES_PER_ELEMENT, offset)
  chargeWork(budget, size, offset)
  const others = new Int32Array(size - listed.size)
  let next = 0
  for (let code = 0; code < size; code++) if (!listed.has(code)) others[next++] = code
  return others
}
