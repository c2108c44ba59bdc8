// Starts the gRPC server beside the HTTP one where GRPC_PORT is set; loaded only then.

import { type GrpcServer, startGrpcServer } from '#api/grpc/server.ts'
import type { ParleyServer } from '#api/server.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'

/** `unavailable` names the port where it cannot be listened on. */
export async function openGrpc(
  server: ParleyServer,
  host: string,
  port: number,
): Promise<Outcome<GrpcServer>> {
  try {
    return succeed(await startGrpcServer({ fetch: server.fetch, host, port }))
  } catch {
    return fail(
      'unavailable',
      `GRPC_PORT is ${port}, which cannot be listened on at ${host}: something else may use it. Choose another, or unset GRPC_PORT.`,
    )
  }
}
