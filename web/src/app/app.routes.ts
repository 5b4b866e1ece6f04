/** Every page of the application. A route's `title` is the key of a message (`PageTitle`). */
import type { Routes } from '@angular/router';
import { administrator, signedIn, signedOut } from './session/guards';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: 'signIn.title',
    canActivate: [signedOut],
    loadComponent: async () => (await import('./sign-in/sign-in-page')).SignInPage,
  },
  {
    path: 'sign-up',
    title: 'signUp.title',
    canActivate: [signedOut],
    loadComponent: async () => (await import('./sign-in/sign-up-page')).SignUpPage,
  },
  { path: 'invitation', title: 'invitation.title', loadComponent: async () => (await import('./sign-in/invitation-page')).InvitationPage },
  // Pages for people without an account.
  { path: 'forms/:flowId', title: 'humanInput.title', loadComponent: async () => (await import('./human-input/form-page')).FormPage },
  { path: 'chats/:flowId', title: 'humanInput.title', loadComponent: async () => (await import('./human-input/chat-page')).ChatPage },
  {
    path: 'flows/:flowId',
    canActivate: [signedIn],
    loadChildren: async () => (await import('./flow-builder/flow-builder.routes')).flowBuilderRoutes,
  },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: async () => (await import('./shell/shell')).Shell,
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'flows' },
      { path: 'flows', title: 'flows.title', loadComponent: async () => (await import('./flows/flows-page')).FlowsPage },
      { path: 'runs', title: 'runs.title', loadComponent: async () => (await import('./runs/runs-page')).RunsPage },
      {
        path: 'templates',
        title: 'templates.title',
        loadComponent: async () => (await import('./templates/templates-page')).TemplatesPage,
      },
      { path: 'connections', loadChildren: async () => (await import('./connections/connections.routes')).connectionsRoutes },
      { path: 'settings', loadChildren: async () => (await import('./settings/settings.routes')).settingsRoutes },
      {
        path: 'health',
        title: 'health.title',
        canActivate: [administrator],
        loadComponent: async () => (await import('./health/health-page')).HealthPage,
      },
      { path: '**', title: 'notFound.title', loadComponent: async () => (await import('./shell/not-found-page')).NotFoundPage },
    ],
  },
];
