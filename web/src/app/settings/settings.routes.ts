import type { Routes } from '@angular/router';
import { administrator } from '../session/guards';

export const settingsRoutes: Routes = [
  {
    path: '',
    loadComponent: async () => (await import('./settings-frame')).SettingsFrame,
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'project' },
      { path: 'profile', title: 'profile.title', loadComponent: async () => (await import('./profile-page')).ProfilePage },
      { path: 'project', title: 'settings.project.title', loadComponent: async () => (await import('./project-page')).ProjectPage },
      { path: 'pieces', title: 'settings.pieces.title', loadComponent: async () => (await import('./pieces-page')).PiecesPage },
      {
        path: 'platform',
        title: 'settings.platform.title',
        canActivate: [administrator],
        loadComponent: async () => (await import('./platform-page')).PlatformPage,
      },
      {
        path: 'users',
        title: 'users.title',
        canActivate: [administrator],
        loadComponent: async () => (await import('./users-page')).UsersPage,
      },
    ],
  },
];
