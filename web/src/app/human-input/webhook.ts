/** Sending what a person wrote to the flow's webhook: nobody is signed in on these pages, and no token is sent. */
import { Injectable, inject } from '@angular/core';
import { API_URL } from '../api/api';
import { type Answer, answerOf } from './answer';

/** How a flow is called. `sample` keeps what is sent as the trigger's sample, and runs nothing. */
export type Mode = 'live' | 'draft' | 'sample';

/** Why nothing came of it; each has words of its own (`humanInput.problem.…`). */
export type Refusal = 'offline' | 'gone' | 'refused' | 'tooLarge' | 'tooLate' | 'tooMany' | 'failed';

/** What came of sending. `told`: the server's own sentence, where it has one for the person. */
export type Outcome = { kind: 'answered'; answer: Answer } | { kind: 'received' } | { kind: 'refused'; refusal: Refusal; told: string };

@Injectable({ providedIn: 'root' })
export class Webhook {
  private readonly api = inject(API_URL);

  async send(flowId: string, data: FormData, mode: Mode, waits: boolean): Promise<Outcome> {
    let response: Response;
    try {
      response = await fetch(`${this.api}/webhooks/${flowId}${pathOf(mode, waits)}`, { method: 'POST', body: data, credentials: 'omit' });
    } catch {
      return { kind: 'refused', refusal: 'offline', told: '' };
    }
    const body = await bodyOf(response);
    if (!response.ok) return refused(response.status, body);
    const answer = waits && mode !== 'sample' ? answerOf(body) : undefined;
    return answer ? { kind: 'answered', answer } : { kind: 'received' };
  }
}

function pathOf(mode: Mode, waits: boolean): string {
  if (mode === 'sample') return '/test';
  return (mode === 'draft' ? '/draft' : '') + (waits ? '/sync' : '');
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').includes('json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A response of the flow's own with an error status is an answer too, if it says something. */
function refused(status: number, body: unknown): Outcome {
  const own = typeof body === 'object' && body !== null && 'type' in body ? answerOf(body) : undefined;
  if (own) return { kind: 'answered', answer: own };
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : '';
  return { kind: 'refused', refusal: refusalOf(status), told: status === 400 && typeof message === 'string' ? message : '' };
}

export function refusalOf(status: number): Refusal {
  if (status === 400 || status === 422) return 'refused';
  if (status === 404 || status === 410) return 'gone';
  if (status === 408) return 'tooLate';
  if (status === 413) return 'tooLarge';
  if (status === 429) return 'tooMany';
  return status === 502 || status === 503 || status === 504 ? 'offline' : 'failed';
}
