// What the desktop bundle says of itself: how it starts, what it asks the person, which tools it brings.

import { PROMPT_LIST } from '../prompts.ts'
import { OPERATION_TOOLS } from '../tools/operation-tools.ts'

export const RUNTIME_PATH = 'runtime/bun'
export const PLATFORMS = ['linux', 'darwin', 'win32'] as const
export type Platform = (typeof PLATFORMS)[number]

/** The runtime's own name on each platform. */
export function runtimePath(platform: Platform): string {
  return platform === 'win32' ? `${RUNTIME_PATH}.exe` : RUNTIME_PATH
}

/** Manifest version 0.3 of MCP bundles. */
export function createManifest({ version, platform }: { version: string; platform: Platform }) {
  const runtime = runtimePath(platform)
  return {
    manifest_version: '0.3',
    name: 'parley',
    display_name: 'Parley',
    version,
    description: 'Talk to your machine-learning models: deploy a model file, predict, explain.',
    long_description:
      'Parley reads pickle and joblib files of XGBoost, scikit-learn and LightGBM, their own formats and ONNX without executing anything in them, and answers predictions on this machine. It talks to a Parley server where one runs, and keeps its own folder where none does.',
    author: { name: 'The Parley maintainers' },
    server: {
      type: 'binary',
      entry_point: runtime,
      mcp_config: {
        command: `\${__dirname}/${runtime}`,
        args: [
          `\${__dirname}/bin/parley.ts`,
          'mcp',
          '--allow',
          '${' + 'user_config.allowed_folders}',
        ],
        env: {
          PARLEY_DATA: '${' + 'user_config.data_folder}',
          PARLEY_API_KEY: '${' + 'user_config.api_key}',
        },
      },
    },
    tools: OPERATION_TOOLS.map(({ name, title = name }) => ({ name, description: title })),
    tools_generated: true,
    prompts: PROMPT_LIST.prompts.map(({ name, description = name, arguments: given = [] }) => ({
      name,
      description,
      arguments: given.map((one) => one.name),
      text: description,
    })),
    prompts_generated: true,
    keywords: ['machine learning', 'models', 'xgboost', 'onnx', 'predictions'],
    compatibility: { platforms: [platform] },
    user_config: {
      allowed_folders: {
        type: 'directory',
        title: 'Folders with model files',
        description: 'Files in these folders may be deployed and scored by their path.',
        multiple: true,
        required: false,
        // Without one, clients pass the setting's own name on.
        default: [],
      },
      data_folder: {
        type: 'directory',
        title: 'Data folder',
        description: 'Where Parley keeps models when no server of its runs on this machine.',
        required: false,
        default: '${' + 'HOME}/.parley',
      },
      api_key: {
        type: 'string',
        title: 'API key',
        description: 'For a Parley server that needs one; empty otherwise.',
        sensitive: true,
        required: false,
        default: '',
      },
    },
  }
}
