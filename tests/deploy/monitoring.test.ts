// Dashboard and alerts name only figures that a running server has, with labels that they have.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ROOT, startServer, type TestServer } from '../api/support.ts'
import { deploySamples } from '../support/ports.ts'

const FOLDER = join(ROOT, 'deploy/monitoring')
/** Prometheus makes this one itself. */
const OF_PROMETHEUS = new Set(['up'])
/** What it adds to every series. */
const LABELS_OF_PROMETHEUS = ['instance', 'job']
const KEYWORDS = new Set(['by', 'on', 'and', 'or', 'unless', 'offset', 'without', 'group_left'])

let parley: TestServer
/** Labels of each figure. */
const figures = new Map<string, Set<string>>()
let exposition: string

beforeAll(async () => {
  parley = await startServer()
  await deploySamples(parley.ports, ['churn'])
  const row = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
  await parley.ask('POST', '/api/predict/churn', row)
  await parley.ask('POST', '/api/predict/churn', { tenure: 'long' })
  await parley.ask('POST', '/api/operations/predict', { model: 'churn', features: row })
  await parley.ask('POST', '/api/operations/check_drift', { model: 'churn' })
  exposition = await (await fetch(`${parley.url}/metrics`)).text()
  for (const line of exposition.split('\n')) {
    const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? []
    if (name === '' || line.startsWith('#')) continue
    const known = figures.get(name) ?? new Set(LABELS_OF_PROMETHEUS)
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    figures.set(name, known)
  }
}, 30_000)
afterAll(() => parley.close())

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

async function expressions(): Promise<readonly (readonly [string, string])[]> {
  const dashboard = await Bun.file(join(FOLDER, 'grafana-dashboard.json')).json()
  const rules = Bun.YAML.parse(await Bun.file(join(FOLDER, 'alerts.yaml')).text()) as {
    groups: readonly { rules: readonly { alert: string; expr: string }[] }[]
  }
  const panels: readonly Panel[] = dashboard.panels
  return [
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
    ...rules.groups.flatMap((group) =>
      group.rules.map(({ alert, expr }) => [alert, expr] as const),
    ),
  ]
}

/** Names that stand for figures: neither functions, nor labels, nor words of the language. */
function figuresIn(expression: string): readonly string[] {
  const bare = expression
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replace(/\b(?:by|on|without|group_left)\s*\([^)]*\)/g, ' ')
  return [...bare.matchAll(/\b[a-z_][a-z_]*\b(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !KEYWORDS.has(name) && !/^\d?d$/.test(name))
}

test('every figure of a panel or an alert is one of the server’s', async () => {
  const all = await expressions()
  expect(all.length).toBeGreaterThanOrEqual(20)
  for (const [where, expression] of all) {
    const used = figuresIn(expression)
    expect([where, used.length > 0]).toEqual([where, true])
    for (const name of used.filter((one) => !OF_PROMETHEUS.has(one))) {
      expect([where, name, figures.has(name)]).toEqual([where, name, true])
      const labels = [...expression.matchAll(/\{([^}]*)\}/g)]
        .flatMap(([, inside = '']) => [...inside.matchAll(/(\w+)\s*[=!]~?/g)])
        .map(([, label = '']) => label)
      const groups = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside = '']) =>
        inside.split(',').map((label) => label.trim()),
      )
      for (const label of [...labels, ...groups]) {
        expect([where, name, label, figures.get(name)?.has(label)]).toEqual([
          where,
          name,
          label,
          true,
        ])
      }
    }
  }
})

test('dashboards of MLServer, Triton and KServe find their figures, with the same counts', () => {
  const value = (start: string) =>
    Number(
      exposition
        .split('\n')
        .find((line) => line.startsWith(start))
        ?.split(' ')
        .at(-1),
    )
  expect(value('model_infer_request_success_total{model="churn"')).toBe(2)
  expect(value('model_infer_request_failure_total{model="churn"')).toBe(1)
  expect(value('nv_inference_request_success{model="churn"')).toBe(2)
  expect(value('nv_inference_count{model="churn"')).toBe(2)
  expect(value('nv_inference_request_duration_us{model="churn"')).toBeGreaterThan(0)
  expect(value('request_predict_seconds_count{model_name="churn"')).toBe(3)
  expect(value('parley_predictions_total{model="churn"')).toBe(3)
  expect(value('parley_operations_total{operation="predict",surface="rest",outcome="ok"}')).toBe(1)
})
