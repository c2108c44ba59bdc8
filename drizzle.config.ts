// How drizzle-kit turns the registry's schema into migrations; nothing at run time reads this.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './core/registry/schema.ts',
  out: './core/registry/migrations',
})
