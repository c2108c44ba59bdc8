// Files dropped or chosen anywhere on the page go to whoever listens: the message box.

import { createStore } from '../state/store.ts'

/** True while something that holds files is dragged over the page. */
export const dragging = createStore(false)

type FilesListener = (files: readonly File[]) => void
let listener: FilesListener | null = null

/** One listener at a time; returns unsubscribe. */
export function onFilesDropped(take: FilesListener): () => void {
  listener = take
  return () => {
    if (listener === take) listener = null
  }
}

export function handFiles(files: readonly File[]): void {
  listener?.(files)
}

/** Watches the window; returns the end of it. */
export function watchDrops(): () => void {
  // Entering a child leaves its parent, so enters and leaves are counted.
  let depth = 0
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
  const enter = (event: DragEvent) => {
    if (!holdsFiles(event)) return
    depth += 1
    dragging.set(() => true)
  }
  const leave = (event: DragEvent) => {
    if (!holdsFiles(event)) return
    depth = Math.max(0, depth - 1)
    if (depth === 0) dragging.set(() => false)
  }
  const over = (event: DragEvent) => {
    // Without this the browser would open the file in place of the page.
    if (holdsFiles(event)) event.preventDefault()
  }
  const drop = (event: DragEvent) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    depth = 0
    dragging.set(() => false)
    handFiles([...(event.dataTransfer?.files ?? [])])
  }
  const events = { dragenter: enter, dragleave: leave, dragover: over, drop } as const
  for (const [name, handle] of Object.entries(events)) {
    window.addEventListener(name as keyof typeof events, handle)
  }
  return () => {
    for (const [name, handle] of Object.entries(events)) {
      window.removeEventListener(name as keyof typeof events, handle)
    }
  }
}
