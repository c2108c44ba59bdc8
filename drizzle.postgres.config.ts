// How drizzle-kit turns the tables for PostgreSQL into migrations; nothing at run time reads this.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './core/registry/postgres/schema.ts',
  out: './core/registry/postgres/migrations',
})
