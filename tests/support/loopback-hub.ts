// A hub of models on loopback that answers as huggingface.co does: revisions, trees with hashes, files by redirect.

import { createHash } from 'node:crypto'

export interface LoopbackHub {
  readonly url: string
  /** Paths in the order they were asked for. */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

export interface HubOptions {
  /** Files by model and path. */
  readonly models: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>
  /** What is sent in place of a file, by its path. */
  readonly instead?: Readonly<Record<string, Uint8Array>>
  /** Only who shows it sees the models. */
  readonly token?: string
}

export function startLoopbackHub({ models, instead = {}, token }: HubOptions): LoopbackHub {
  const asked: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url)
      asked.push(pathname)
      if (token !== undefined && request.headers.get('authorization') !== `Bearer ${token}`) {
        return new Response('Unauthorized', { status: 401 })
      }
      for (const [name, files] of Object.entries(models)) {
        if (pathname === `/api/models/${name}/revision/main`) {
          return Response.json({ id: name, sha: COMMIT })
        }
        if (pathname === `/api/models/${name}/tree/${COMMIT}`) return Response.json(treeOf(files))
        const prefix = `/${name}/resolve/${COMMIT}/`
        if (!pathname.startsWith(prefix)) continue
        const path = pathname.slice(prefix.length)
        const content = instead[path] ?? files[path]
        if (content === undefined) break
        return new Response(new Uint8Array(content), { headers: { etag: `"${sha256(content)}"` } })
      }
      return new Response('Repository not found', { status: 404 })
    },
  })
  return {
    url: server.url.origin,
    asked,
    stop: () => server.stop(true),
  }
}

/** Graphs lie in large file storage, the rest in git itself. */
function treeOf(files: Readonly<Record<string, Uint8Array>>) {
  return [
    { type: 'directory', oid: COMMIT, size: 0, path: 'onnx' },
    ...Object.entries(files).map(([path, content]) => ({
      type: 'file',
      path,
      size: content.byteLength,
      oid: gitSha1(content),
      ...(path.endsWith('.onnx') && {
        lfs: { oid: sha256(content), size: content.byteLength, pointerSize: 130 },
      }),
    })),
  ]
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function gitSha1(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex')
}
