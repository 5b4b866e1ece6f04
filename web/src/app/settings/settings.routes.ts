import type { Routes } from '@angular/router';

export const settingsRoutes: Routes = [
  { path: '', title: 'settings.title', loadComponent: async () => (await import('./project-page')).ProjectPage },
];
