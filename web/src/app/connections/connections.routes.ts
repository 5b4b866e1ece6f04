import type { Routes } from '@angular/router';

export const connectionsRoutes: Routes = [
  {
    path: '',
    loadComponent: async () => (await import('./connections-frame')).ConnectionsFrame,
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: 'connections.title',
        loadComponent: async () => (await import('./connections-page')).ConnectionsPage,
      },
      { path: 'variables', title: 'variables.title', loadComponent: async () => (await import('./variables-page')).VariablesPage },
    ],
  },
];
