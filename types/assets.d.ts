// Declares the non-code files that the bundler turns into modules.
declare module '*.css'
declare module '*.proto' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: text imports have no other export.
  export default text
}
