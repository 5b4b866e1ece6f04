/** What pages know of the installation where nobody is signed in: its flags (`GET /flags`). */
import { Injectable, inject } from '@angular/core';
import { Api, ok } from '../api/api';

export interface Installation {
  /** Whether the first account is there. */
  founded: boolean;
  /** Whether anybody may sign up without an invitation. */
  openSignUp: boolean;
  platform: string;
  logo: string;
}

@Injectable({ providedIn: 'root' })
export class Installations {
  private readonly api = inject(Api);

  async look(): Promise<Installation> {
    return installationOf(await ok(this.api.GET('/flags')));
  }
}

export function installationOf(flags: Record<string, unknown>): Installation {
  const theme = flags['THEME'] as { websiteName?: string; logos?: { logoIconUrl?: string } } | undefined;
  return {
    founded: flags['USER_CREATED'] !== false,
    openSignUp: flags['OPEN_SIGN_UP_ENABLED'] === true,
    platform: theme?.websiteName ?? '',
    logo: logoAddress(theme?.logos?.logoIconUrl),
  };
}

/** A logo of the application itself ("/favicon.svg") stands below the page's base, wherever that is. */
export function logoAddress(url: string | undefined): string {
  const address = url?.trim() ?? '';
  return address.startsWith('/') && !address.startsWith('//') ? address.slice(1) : address || 'favicon.svg';
}

/** Where to go after signing in: only to pages of this application. */
export function returnPath(from: string | undefined): string {
  const inside = from?.startsWith('/') && !/^\/[/\\]/.test(from) && !/^\/(sign-in|sign-up|invitation)\b/.test(from);
  return inside && from ? from : '/flows';
}
