// The HTML document that loads the page: its frame, the theme before first paint, and words for browsers without scripts.

export interface DocumentParts {
  readonly scriptPath: string
  readonly stylePath: string
  readonly iconPath: string
  /** Fresh for each answer; the script finds it on its own element and passes it to the style library. */
  readonly nonce: string
}

/** Set before anything is painted, so that a dark room sees no white flash. Mantine keeps its choice under this key. */
const THEME_SCRIPT = `try{var t=localStorage.getItem('mantine-color-scheme-value');var d=t==='dark'||(t!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches);document.documentElement.setAttribute('data-mantine-color-scheme',d?'dark':'light')}catch(e){}`

export function renderDocument({ scriptPath, stylePath, iconPath, nonce }: DocumentParts): string {
  return `<!doctype html>
<html lang="en" data-mantine-color-scheme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#faf9f7" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#161615" media="(prefers-color-scheme: dark)">
<meta name="description" content="Talk to your machine-learning models: drop a model file, get an endpoint, ask in words.">
<title>Parley</title>
<link rel="icon" href="${iconPath}" type="image/svg+xml">
<link rel="stylesheet" href="${stylePath}">
<script nonce="${nonce}">${THEME_SCRIPT}</script>
<script type="module" nonce="${nonce}" id="page-script" src="${scriptPath}"></script>
</head>
<body>
<div id="root"></div>
<noscript>
<h1>Parley</h1>
<p>This page needs JavaScript. Everything it does also works over HTTP (<a href="/docs">documentation</a>) and on the command line: <code>bun parley --help</code>.</p>
</noscript>
</body>
</html>
`
}
