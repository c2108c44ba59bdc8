// The route table: every address the server answers, in the order the documentation shows them.

import { inferenceRoutes } from './inference/routes.ts'
import type { Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { batchRoutes } from './routes/batch.ts'
import { chatRoutes } from './routes/chat.ts'
import { documentRoutes } from './routes/documents.ts'
import { jobRoutes } from './routes/jobs.ts'
import { modelRoutes } from './routes/models.ts'
import { operationRoutes } from './routes/operations.ts'
import { outcomeRoutes } from './routes/outcomes.ts'
import { predictRoutes } from './routes/predict.ts'
import { runRoutes } from './routes/runs.ts'
import { serviceRoutes } from './routes/service.ts'
import { suggestRoutes } from './routes/suggest.ts'
import { uploadRoutes } from './routes/uploads.ts'

export function createRoutes(): readonly Route[] {
  const routes: Route[] = [
    ...predictRoutes,
    ...batchRoutes,
    ...suggestRoutes,
    ...inferenceRoutes,
    ...modelRoutes,
    ...outcomeRoutes,
    ...runRoutes,
    ...uploadRoutes,
    ...jobRoutes,
    ...chatRoutes,
    ...operationRoutes,
    ...auditRoutes,
    ...serviceRoutes,
  ]
  // The documents describe the table that they are part of.
  routes.push(...documentRoutes(() => routes))
  return routes
}
