// Declares the non-code files that the bundler turns into modules.
declare module '*.css'
