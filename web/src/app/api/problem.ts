/** What a server that cannot be reached answers with. */
export const OFFLINE = 'OFFLINE';

/** Somebody mistyped a password: at signing in, or the current one when he changes it. */
export const WRONG_PASSWORD = 'INVALID_CREDENTIALS';

const SESSION_ENDED = new Set(['INVALID_BEARER_TOKEN', 'SESSION_EXPIRED', 'AUTHENTICATION']);

/**
 * An answer that is not a success, in either of the server's two shapes: `{code, params}` of the domain and `{statusCode, code?, error,
 * message}` of the request itself. `message` is the server's sentence; texts for people are looked up by `code` (`problems.<CODE>`).
 */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: Record<string, unknown>,
    message: string,
  ) {
    super(message);
    this.name = 'ApiProblem';
  }

  /** Reads an answer. */
  static async of(response: Response): Promise<ApiProblem> {
    const body = await readJson(response);
    const params = isRecord(body['params']) ? body['params'] : {};
    const message = [body['message'], params['message'], body['error']].find((text) => typeof text === 'string');
    const code = typeof body['code'] === 'string' ? body['code'] : `HTTP_${response.status}`;
    return new ApiProblem(response.status, code, params, (message as string | undefined) ?? response.statusText);
  }

  /** Whether nobody answered: the server is down or the network is. */
  get isOffline(): boolean {
    return this.code === OFFLINE || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Whether the token is not good any more. */
  get endsSession(): boolean {
    return (this.status === 401 && this.code !== WRONG_PASSWORD) || SESSION_ENDED.has(this.code);
  }
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.clone().json();
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
