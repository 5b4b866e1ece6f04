import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { Session } from './session';

/** Lets those in who are signed in; others sign in first and come back. */
export const signedIn: CanActivateFn = (_route, state) =>
  inject(Session).isSignedIn() || inject(Router).createUrlTree(['/sign-in'], { queryParams: { from: state.url } });

/** The pages of signing in are not for those who are. */
export const signedOut: CanActivateFn = () => !inject(Session).isSignedIn() || inject(Router).createUrlTree(['/flows']);

/** Lets administrators of the platform in. */
export const administrator: CanActivateFn = () => inject(Session).isAdministrator() || inject(Router).createUrlTree(['/flows']);
