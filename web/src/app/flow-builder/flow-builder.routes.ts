import type { Routes } from '@angular/router';

export const flowBuilderRoutes: Routes = [{ path: '', loadComponent: async () => (await import('./flow-builder-page')).FlowBuilderPage }];
