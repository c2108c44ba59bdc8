// Tells onnxruntime not to send telemetry, before it is loaded: since 1.30 its Linux library writes a device's id to the home
// folder and posts what it runs to Microsoft unless this variable is in the environment of the process.

import { dlopen } from 'bun:ffi'

/** Assigning to the environment in JavaScript changes Bun’s own copy, which native code never sees. */
const C_LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'libc.so.6',
  darwin: 'libSystem.B.dylib',
}
const REPLACE = 1

const library = C_LIBRARIES[process.platform]
if (library !== undefined) {
  const { symbols } = dlopen(library, {
    setenv: { args: ['cstring', 'cstring', 'i32'], returns: 'i32' },
  })
  symbols.setenv(Buffer.from('ORT_DISABLE_TELEMETRY\0'), Buffer.from('1\0'), REPLACE)
}
