// Batches: a file of rows in, the same rows with their predictions out.

import type { Route } from '../route.ts'

export const batchRoutes: readonly Route[] = []
