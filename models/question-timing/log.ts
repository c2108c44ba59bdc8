// Says a line to the person and keeps it with its time, for training.log.

import type { ExampleContext } from '../example.ts'

export interface Log {
  say(line: string): void
  text(): string
}

export function createLog({ call, say }: Pick<ExampleContext, 'call' | 'say'>): Log {
  const kept: string[] = []
  return {
    say(line) {
      kept.push(`${new Date(call.ports.now()).toISOString()} ${line.trim()}`)
      say(line)
    },
    text: () => `${kept.join('\n')}\n`,
  }
}
