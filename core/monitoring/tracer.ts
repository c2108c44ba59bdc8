// The port to traces: work inside work, with names and facts, never with rows or messages.

export type SpanFacts = Readonly<Record<string, string | number>>

export interface Tracer {
  /** Runs the work as a child of what runs now. A throw marks it as failed; so does `isFailed` of what it answers. */
  run<T>(
    name: string,
    facts: SpanFacts,
    work: () => Promise<T>,
    isFailed?: (value: T) => boolean,
  ): Promise<T>
  /** Of what runs now, for log lines: 32 hex digits; null outside of any. */
  traceId(): string | null
  /** Sends what waits. */
  close(): Promise<void>
}

/** The work alone where nothing is traced. */
export function traced<T>(
  tracer: Tracer | undefined,
  name: string,
  facts: SpanFacts,
  work: () => Promise<T>,
  isFailed?: (value: T) => boolean,
): Promise<T> {
  return tracer === undefined ? work() : tracer.run(name, facts, work, isFailed)
}

export const isFailure = ({ ok }: { readonly ok: boolean }) => !ok
