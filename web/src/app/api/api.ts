/**
 * The way to the server: `openapi-fetch` with the types that are generated from the server's OpenAPI document (`make web-api`).
 *
 * A call that fails throws an `ApiProblem`; a call that succeeds gives the answer's body:
 *
 *     const flow = await ok(api.GET('/flows/{id}', { params: { path: { id } } }));
 */
import { Injectable, InjectionToken, inject } from '@angular/core';
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { ApiProblem, OFFLINE } from './problem';
import type { paths } from './schema';

/** The address of the REST API, without a slash at its end. It follows the page's base, so that a URL path prefix needs no setting. */
export const API_URL = new InjectionToken<string>('API_URL', {
  providedIn: 'root',
  factory: () => new URL('api/v1', document.baseURI).href,
});

/** What the API needs of the session: the token to send, and a call when the server does not accept it any more. */
@Injectable({ providedIn: 'root' })
export class Credentials {
  token: string | null = null;
  refused: () => void = () => undefined;
}

export type ApiClient = Client<paths>;

/** What `POST /flows/{id}` takes. */
export type FlowOperation = paths['/flows/{id}']['post']['requestBody']['content']['application/json'];

/** The typed client: `inject(Api).client`, and the same calls as `get`, `post`, `del` would be more words for the same thing. */
@Injectable({ providedIn: 'root' })
export class Api {
  private readonly credentials = inject(Credentials);
  private readonly url = inject(API_URL);
  readonly client: ApiClient = createClient<paths>({ baseUrl: this.url, fetch: (request) => this.fetch(request) });
  readonly GET = this.client.GET;
  readonly POST = this.client.POST;
  readonly DELETE = this.client.DELETE;

  constructor() {
    this.client.use(this.middleware());
  }

  /**
   * Lets a paused run go on as its link does. `path` is below the API's address; these routes are not in the types, for each flow decides what
   * they take. That somebody else was faster is no problem: the run says so itself.
   */
  async resume(path: string): Promise<void> {
    const response = await this.fetch(new Request(`${this.url}/${path}`, { method: 'POST' }));
    if (!response.ok) throw await ApiProblem.of(response);
  }

  private async fetch(request: Request): Promise<Response> {
    try {
      return await fetch(request);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiProblem(0, OFFLINE, {}, 'The server does not answer');
    }
  }

  private middleware(): Middleware {
    return {
      onRequest: ({ request }) => {
        if (this.credentials.token) request.headers.set('authorization', `Bearer ${this.credentials.token}`);
        return request;
      },
      onResponse: async ({ response, request }) => {
        if (response.ok) return undefined;
        const problem = await ApiProblem.of(response);
        if (problem.endsSession && request.headers.has('authorization')) this.credentials.refused();
        throw problem;
      },
    };
  }
}

/** The body of an answer. A failed call has thrown before. */
export async function ok<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
