// `bun deploy/try-image.ts ROOT_FILE_SYSTEM`: takes the steps of the Dockerfile in a plain folder where no container engine is at
// hand, then serves from it as the image would: another user, a read-only tree, one folder and /tmp to write to. Needs root.

import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '..')
const PORT = '39401'
const USER = '1000'
const READY_ATTEMPTS = 100
const RETRY_MS = 100
const OK = 200
const OWNER = /^Uid:\s+(\d+)/m
const STAGE_NAME = / AS (\S+)$/
const API_KEY = /parley_\w+/

const [base] = process.argv.slice(2)
if (base === undefined) {
  console.error(
    'Usage: bun deploy/try-image.ts ROOT_FILE_SYSTEM\nOne is made by: debootstrap --variant=minbase bookworm ROOT_FILE_SYSTEM',
  )
  process.exit(2)
}

interface Stage {
  readonly name: string | null
  readonly folder: string
  readonly environment: Record<string, string>
  workFolder: string
  user: string
  entrypoint: readonly string[]
  command: readonly string[]
  healthCheck: readonly string[]
}

type Instruction = readonly [word: string, rest: string]

const instructions = await readDockerfile()
const { context, stages } = await prepare()
let stage: Stage | null = null
for (const [word, rest] of instructions) {
  console.log(`${word} ${rest.replaceAll(/\s+/g, ' ').slice(0, 100)}`)
  if (word === 'FROM') stage = await startStage(rest)
  else if (stage !== null) await take(stage, word, rest)
}
if (stage === null) throw new Error('the Dockerfile has no FROM')
await tryServing(stage)

/** Lines joined where they end in a backslash, comments left out. */
async function readDockerfile(): Promise<readonly Instruction[]> {
  const text = await Bun.file(join(ROOT, 'deploy/Dockerfile')).text()
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1).trim()] as const)
}

/** The files that .dockerignore lets in, and where stages are built. */
async function prepare() {
  const work = `${resolve(base ?? '')}.image`
  await rm(work, { recursive: true, force: true })
  const context = join(work, 'context')
  const rules = (await Bun.file(join(ROOT, '.dockerignore')).text()).split('\n')
  const kept = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1))
  const left = rules.filter((rule) => rule.startsWith('**/')).map((rule) => new Bun.Glob(rule))
  for (const path of kept) {
    await cp(join(ROOT, path), join(context, path), {
      recursive: true,
      filter: (from) => !left.some((glob) => glob.match(from.slice(ROOT.length + 1))),
    })
  }
  return { work, context, stages: new Map<string, Stage>() }
}

/** A Debian with Bun in it, as the official slim image is. */
async function startStage(rest: string): Promise<Stage> {
  const [, name = null] = STAGE_NAME.exec(rest) ?? []
  const folder = join(context, '..', name ?? 'final')
  shell(`cp -a --reflink=auto '${resolve(base ?? '')}' '${folder}'`)
  await cp(process.execPath, join(folder, 'usr/local/bin/bun'))
  shell(`ln -s bun '${folder}/usr/local/bin/bunx'; groupadd -R '${folder}' -g ${USER} bun; true`)
  shell(`useradd -R '${folder}' -u ${USER} -g ${USER} bun; true`)
  const made: Stage = {
    name,
    folder,
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    workFolder: '/',
    user: '0',
    entrypoint: [],
    command: [],
    healthCheck: [],
  }
  if (name !== null) stages.set(name, made)
  return made
}

async function take(at: Stage, word: string, rest: string): Promise<void> {
  switch (word) {
    case 'WORKDIR':
      at.workFolder = rest
      await mkdir(join(at.folder, rest), { recursive: true })
      return
    case 'ENV':
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) {
        at.environment[name] = value
      }
      return
    case 'COPY':
      return copy(at, rest)
    case 'RUN':
      // A build has a network; the machine's own certificates and names stand in for the engine's.
      shell(
        `cp /etc/resolv.conf '${at.folder}/etc/resolv.conf'; mkdir -p '${at.folder}/etc/ssl/certs'; cp -L /etc/ssl/certs/ca-certificates.crt '${at.folder}/etc/ssl/certs/'`,
      )
      inside(at, `cd '${at.workFolder}' && ${rest}`)
      return
    case 'USER':
      at.user = rest
      return
    case 'ENTRYPOINT':
      at.entrypoint = JSON.parse(rest)
      return
    case 'CMD':
      at.command = JSON.parse(rest)
      return
    case 'HEALTHCHECK':
      at.healthCheck = JSON.parse(rest.slice(rest.indexOf('[')))
      return
    case 'ARG':
    case 'VOLUME':
    case 'EXPOSE':
    case 'STOPSIGNAL':
      return
    default:
      throw new Error(`this script does not know ${word}; teach it`)
  }
}

async function copy(at: Stage, rest: string): Promise<void> {
  const words = rest.split(' ')
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const source = from === undefined ? context : (stages.get(from)?.folder ?? '')
  const to = words.pop() ?? ''
  for (const path of words) {
    const target = join(
      at.folder,
      at.workFolder,
      to,
      to.endsWith('/') ? (path.split('/').pop() ?? '') : '',
    )
    await cp(join(source, path), target, { recursive: true, verbatimSymlinks: true })
  }
}

/** Serves as user 1000 over the read-only tree, makes a key, deploys the sample, predicts, checks health, and stops. */
async function tryServing(at: Stage): Promise<void> {
  console.log(
    shell(
      `du -sh --exclude=proc '${at.folder}' '${at.folder}/app' '${at.folder}/app/node_modules'`,
    ),
  )
  const data = join(at.folder, '..', 'data')
  await mkdir(data, { recursive: true })
  shell(`chown ${at.user} '${data}'`)
  const made = asUser(at, data, [
    ...at.entrypoint,
    'keys',
    'create',
    '--name',
    'try',
    '--role',
    'admin',
  ])
  const key = API_KEY.exec(await new Response(made.stdout).text())?.[0]
  console.log(`keys create: exit ${await made.exited}, ${key === undefined ? 'no key' : 'a key'}`)
  const refused = asUser(at, data, ['sh', '-c', 'touch /app/x || touch /x || touch /etc/x'])
  console.log(
    `writing into the tree: exit ${await refused.exited}, ${(await readdir(join(at.folder, 'app'))).join(' ')}`,
  )
  const server = asUser(at, data, [...at.entrypoint, ...at.command])
  try {
    const began = performance.now()
    let health = 0
    for (let attempt = 0; attempt < READY_ATTEMPTS && health !== OK; attempt += 1) {
      await Bun.sleep(RETRY_MS)
      health = await fetch(`http://127.0.0.1:${PORT}/health`).then(
        (answer) => answer.status,
        () => 0,
      )
    }
    console.log(`/health: ${health} after ${Math.round(performance.now() - began)} ms`)
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const ask = async (path: string, body: unknown) => {
      const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      console.log(`${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`)
      return answer.status
    }
    const row = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
    const statuses = [
      await ask('/api/operations/deploy_model', { sample: 'churn' }),
      await ask('/api/predict/churn', row),
    ]
    const page = await fetch(`http://127.0.0.1:${PORT}/`)
    console.log(`/: ${page.status}, ${(await page.text()).length} characters`)
    const checked = asUser(at, data, at.healthCheck)
    const worst = Math.max(health, page.status, ...statuses)
    const code = await checked.exited
    console.log(`HEALTHCHECK: exit ${code}`)
    // Each step of the way there replaced the one before it, so this is the server itself.
    const status = await Bun.file(`/proc/${server.pid}/status`).text()
    const user = OWNER.exec(status)?.[1]
    console.log(`runs as user ${user}`)
    process.exitCode = worst === OK && user === USER && code === 0 && key !== undefined ? 0 : 1
  } finally {
    server.kill('SIGTERM')
    console.log(`TERM: exit ${await server.exited}`)
  }
}

/** The tree is bound read-only inside a mount namespace of its own, which goes with the process. */
function asUser(at: Stage, data: string, command: readonly string[]) {
  const script = [
    `mount --bind '${at.folder}' '${at.folder}'`,
    `mount --bind '${data}' '${at.folder}/data'`,
    `mount -t tmpfs tmpfs '${at.folder}/tmp'`,
    `mount -t proc proc '${at.folder}/proc'`,
    `mount --rbind /dev '${at.folder}/dev'`,
    `mount -o remount,bind,ro '${at.folder}'`,
    `cd '${at.folder}'`,
    // Only root may change the root of a process, so the user is changed behind that.
    `exec chroot . setpriv --reuid ${USER} --regid ${USER} --clear-groups --bounding-set=-all --no-new-privs "$@"`,
  ].join(' && ')
  return Bun.spawn(
    ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command],
    {
      env: { ...at.environment, PORT },
      stdin: 'ignore',
      stdout: command.includes('keys') ? 'pipe' : 'inherit',
      stderr: 'inherit',
    },
  )
}

function inside(at: Stage, script: string): void {
  // Bun asks /proc how large its stack is.
  const mounted = `mount -t proc proc '${at.folder}/proc' && mount --rbind /dev '${at.folder}/dev' && exec chroot '${at.folder}' sh -c "$0"`
  const done = Bun.spawnSync(['unshare', '--mount', 'sh', '-c', mounted, script], {
    env: {
      ...at.environment,
      SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
      NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
      HOME: '/root',
    },
    stdout: 'inherit',
    stderr: 'inherit',
  })
  if (done.exitCode !== 0) throw new Error(`RUN ended with ${done.exitCode}`)
}

function shell(script: string): string {
  const done = Bun.spawnSync(['sh', '-c', script], { stderr: 'inherit' })
  if (done.exitCode !== 0) throw new Error(`${script} ended with ${done.exitCode}`)
  return done.stdout.toString()
}
