/**
 * The window in which a service asks for consent. It is opened by the click itself, empty, because browsers refuse windows that open later;
 * the service sends it to `/redirect`, which hands the code to this page. Only a message of that window, from this origin and with the state
 * that was sent along, is taken.
 */
import { Injectable, InjectionToken, inject } from '@angular/core';

/** Where services send the browser back to: of this page's own origin, so that the two windows may speak. */
export const REDIRECT_URL = new InjectionToken<string>('REDIRECT_URL', {
  providedIn: 'root',
  factory: () => new URL('redirect', document.baseURI).href,
});

const LOOKS = 'popup,width=560,height=720';
const LOOK_MILLISECONDS = 400;

/** Why there is no code: the browser let no window open, the person closed it, or the service said no (with its words). */
export class NoConsent extends Error {
  constructor(
    readonly reason: 'blocked' | 'closed' | 'refused',
    readonly words = '',
  ) {
    super(words || reason);
  }
}

interface Told {
  state?: string | null;
  code?: string;
  error?: string;
  errorDescription?: string | null;
}

@Injectable({ providedIn: 'root' })
export class ConsentWindow {
  private readonly origin = new URL(inject(REDIRECT_URL)).origin;

  /** Opens the window; to be called while a click is handled. Throws NoConsent where the browser forbids it. */
  open(): OpenedConsent {
    const opened = window.open('', '_blank', LOOKS);
    if (!opened) throw new NoConsent('blocked');
    return new OpenedConsent(opened, this.origin);
  }
}

export class OpenedConsent {
  constructor(
    private readonly opened: Window,
    private readonly origin: string,
  ) {}

  /** Shows the consent page and waits for the code. Throws NoConsent. */
  code(url: string, state: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = () => {
        window.removeEventListener('message', hear);
        clearInterval(watching);
      };
      const hear = (event: MessageEvent<Told | null>) => {
        if (event.source !== this.opened || event.origin !== this.origin || event.data?.state !== state) return;
        end();
        this.close();
        const { code, error, errorDescription } = event.data;
        if (code) resolve(code);
        else reject(new NoConsent('refused', errorDescription || error || ''));
      };
      // A window tells nobody that it was closed. The message of one that closes itself comes before this is looked at a second time.
      let wasClosed = false;
      const watching = setInterval(() => {
        if (wasClosed) {
          end();
          reject(new NoConsent('closed'));
        }
        wasClosed = this.opened.closed;
      }, LOOK_MILLISECONDS);
      window.addEventListener('message', hear);
      this.opened.location.href = url;
    });
  }

  close(): void {
    if (!this.opened.closed) this.opened.close();
  }
}
