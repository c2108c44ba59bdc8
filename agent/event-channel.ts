// Carries the events of a turn from where they happen to who reads them, in order and without loss.

export interface EventChannel<Event> {
  push(event: Event): void
  close(): void
  readonly events: AsyncIterable<Event>
}

/** Events pushed before anyone reads are kept. Whoever stops reading early stops nothing but their own reading. */
export function createEventChannel<Event>(): EventChannel<Event> {
  const waiting: Event[] = []
  let closed = false
  let wake: (() => void) | null = null
  const notify = () => {
    wake?.()
    wake = null
  }
  async function* read(): AsyncGenerator<Event> {
    for (;;) {
      const event = waiting.shift()
      if (event !== undefined) yield event
      else if (closed) return
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }
  return {
    push(event) {
      waiting.push(event)
      notify()
    },
    close() {
      closed = true
      notify()
    },
    events: read(),
  }
}
