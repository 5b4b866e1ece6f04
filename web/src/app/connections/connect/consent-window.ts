/**
 * The window in which a service asks for consent. It is opened by the click itself, empty, because browsers refuse windows that open later;
 * the service sends it to `/redirect`, which hands the code to this page: as a message to the window that opened it, and on a channel of this
 * origin. The channel is what is left where the service cuts its page off from the window that opened it (Cross-Origin-Opener-Policy).
 * Only an answer from this origin and with the state that was sent along is taken, and of the messages only those of that window.
 */
import { Injectable, InjectionToken, inject, signal } from '@angular/core';

/** Where services send the browser back to: of this page's own origin, so that the two windows may speak. */
export const REDIRECT_URL = new InjectionToken<string>('REDIRECT_URL', {
  providedIn: 'root',
  factory: () => new URL('redirect', document.baseURI).href,
});

/** The channel on which `/redirect` gives the answer (`src/piecework/server/api/redirect.py`): nobody hears it but who knows the state. */
export const channelOf = (state: string) => `piecework.consent.${state}`;

const LOOKS = 'popup,width=560,height=720';
const LOOK_MILLISECONDS = 400;

/** Why there is no code: the browser let no window open, nobody waits for it any more, or the service said no (with its words). */
export class NoConsent extends Error {
  constructor(
    readonly reason: 'blocked' | 'abandoned' | 'refused',
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
  /** Whether the window is out of sight: it was closed, or the service cut it off. Browsers do not say which of the two. */
  readonly isOutOfSight = signal(false);
  private readonly abandoning = new AbortController();

  constructor(
    private readonly opened: Window,
    private readonly origin: string,
  ) {}

  /** Shows the consent page and waits for the code, until it comes or `abandon` is called. Throws NoConsent. */
  code(url: string, state: string): Promise<string> {
    const abandoned = this.abandoning.signal;
    return new Promise((resolve, reject) => {
      if (abandoned.aborted) return reject(new NoConsent('abandoned'));
      const channel = new BroadcastChannel(channelOf(state));
      const watching = setInterval(() => this.isOutOfSight.set(this.opened.closed), LOOK_MILLISECONDS);
      const end = () => {
        window.removeEventListener('message', hear);
        abandoned.removeEventListener('abort', giveUp);
        channel.close();
        clearInterval(watching);
        this.close();
      };
      const giveUp = () => {
        end();
        reject(new NoConsent('abandoned'));
      };
      const take = ({ code, error, errorDescription }: Told) => {
        channel.postMessage('taken');
        end();
        if (code) resolve(code);
        else reject(new NoConsent('refused', errorDescription || error || ''));
      };
      const hear = (event: MessageEvent<Told | null>) => {
        if (event.source === this.opened && event.origin === this.origin && event.data?.state === state) take(event.data);
      };
      channel.onmessage = (event: MessageEvent<Told | null>) => {
        if (event.data?.state === state) take(event.data);
      };
      abandoned.addEventListener('abort', giveUp);
      window.addEventListener('message', hear);
      this.opened.location.href = url;
    });
  }

  /** Waits no longer: `code` throws NoConsent, and an answer that comes later is nobody's. */
  abandon(): void {
    this.abandoning.abort();
    this.close();
  }

  close(): void {
    if (!this.opened.closed) this.opened.close();
  }
}
