import { inject } from '@angular/core';
import { type Routes, Router } from '@angular/router';

export const flowBuilderRoutes: Routes = [
  { path: '', loadComponent: async () => (await import('./flow-builder-page')).FlowBuilderPage },
  {
    // A run has an address of its own; the builder shows it on the canvas: ?run=<id>&step=<name>.
    path: 'runs/:runId',
    redirectTo: ({ params, queryParams }) =>
      inject(Router).createUrlTree(['/flows', params['flowId']], { queryParams: { ...queryParams, run: params['runId'] } }),
  },
];
