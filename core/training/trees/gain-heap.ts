// The nodes that may be split next, as a heap with the largest gain first.

import type { GrowingNode } from './grow-boosted.ts'

function gainOf(node: GrowingNode | undefined): number {
  return node?.split?.gain ?? Number.NEGATIVE_INFINITY
}

/** Adds to a heap that has the largest gain first. */
export function pushNode(heap: GrowingNode[], node: GrowingNode): void {
  let place = heap.length
  while (place > 0) {
    const above = (place - 1) >> 1
    if (gainOf(heap[above]) >= gainOf(node)) break
    heap[place] = heap[above] as GrowingNode
    place = above
  }
  heap[place] = node
}

export function popBest(heap: GrowingNode[]): GrowingNode {
  const best = heap[0] as GrowingNode
  const last = heap.pop() as GrowingNode
  if (heap.length === 0) return best
  let place = 0
  for (;;) {
    const first = 2 * place + 1
    if (first >= heap.length) break
    const larger = gainOf(heap[first + 1]) > gainOf(heap[first]) ? first + 1 : first
    if (gainOf(heap[larger]) <= gainOf(last)) break
    heap[place] = heap[larger] as GrowingNode
    place = larger
  }
  heap[place] = last
  return best
}
