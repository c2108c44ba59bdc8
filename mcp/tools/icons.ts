// A small picture for each operation, drawn in one stroke colour that shows on light and dark.

import type { Icon } from '@modelcontextprotocol/server'
import type { OperationName } from '#core/operations/operation.ts'

/** SVG path data on a field of 24 × 24. */
const PATHS: Readonly<Record<OperationName, string>> = {
  list_models: 'M4 6h16M4 12h16M4 18h16',
  describe_model: 'M12 11v6M12 7v.5M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0',
  deploy_model: 'M12 16V4M7 9l5-5l5 5M4 20h16',
  undeploy_model: 'M12 4v12M7 11l5 5l5-5M4 20h16',
  delete_model: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  predict: 'M4 18l5-6l4 3l7-9M15 6h5v5',
  predict_batch: 'M4 4h16v16H4zM4 10h16M10 4v16',
  explain_prediction: 'M9 9a3 3 0 1 1 4 3l-1 1v2M12 18v.5M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0',
  list_versions: 'M12 7v5l3 2M3 12a9 9 0 1 0 3-7M3 4v4h4',
  promote_version: 'M5 12l7-7l7 7M5 19l7-7l7 7',
  set_traffic: 'M4 12h5M9 12l6-6h5M9 12l6 6h5M17 3l3 3l-3 3M17 15l3 3l-3 3',
  model_metrics: 'M5 20v-7M12 20V5M19 20v-10',
  check_drift: 'M3 17c3-8 6-8 9-4s6 3 9-6M3 21h18',
  train_model: 'M12 3v4M12 17v4M3 12h4M17 12h4M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  suggest_phrases: 'M4 5h16v11H9l-5 4z',
  help: 'M4 5h16v11H9l-5 4zM12 13v.5M12 10a2 2 0 1 0-2-2',
}

export function iconOf(operation: OperationName): Icon {
  return toIcon(PATHS[operation])
}

/** Parley itself: two speech bubbles. */
export const PARLEY_ICON: Icon = toIcon('M3 4h12v8H8l-5 4zM17 9h4v10l-4-3h-7v-2')

function toIcon(path: string): Icon {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#2f7bd1" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="${path}"/></svg>`
  return {
    src: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    mimeType: 'image/svg+xml',
    sizes: ['any'],
  }
}
