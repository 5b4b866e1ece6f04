import { TestBed } from '@angular/core/testing';
import { API_URL } from '../api/api';
import { type Mode, Webhook } from './webhook';

function answering(response: () => Response | Promise<Response>): { webhook: Webhook; calls: [string, RequestInit][] } {
  const calls: [string, RequestInit][] = [];
  vi.stubGlobal('fetch', async (url: string, options: RequestInit) => {
    calls.push([url, options]);
    return response();
  });
  TestBed.configureTestingModule({ providers: [{ provide: API_URL, useValue: 'https://x.test/api/v1' }] });
  return { webhook: TestBed.inject(Webhook), calls };
}

const json = (body: unknown, status = 200) => Response.json(body, { status });

describe('Webhook', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each<[Mode, boolean, string]>([
    ['live', true, '/sync'],
    ['live', false, ''],
    ['draft', true, '/draft/sync'],
    ['draft', false, '/draft'],
    ['sample', true, '/test'],
  ])('calls the flow %s, waiting: %s', async (mode, waits, path) => {
    const { webhook, calls } = answering(() => json({}));
    expect(await webhook.send('f1', new FormData(), mode, waits)).toEqual({ kind: 'received' });
    expect(calls[0]?.[0]).toBe(`https://x.test/api/v1/webhooks/f1${path}`);
    expect(new Headers(calls[0]?.[1].headers).has('authorization')).toBe(false);
  });

  it('gives the answer of a flow that is waited for', async () => {
    const { webhook } = answering(() => json({ type: 'markdown', value: 'Hi' }));
    expect(await webhook.send('f1', new FormData(), 'live', true)).toEqual({ kind: 'answered', answer: { text: 'Hi', files: [] } });
    expect(await webhook.send('f1', new FormData(), 'live', false)).toEqual({ kind: 'received' });
  });

  it.each([
    [400, 'refused'],
    [404, 'gone'],
    [408, 'tooLate'],
    [410, 'gone'],
    [413, 'tooLarge'],
    [429, 'tooMany'],
    [500, 'failed'],
    [503, 'offline'],
  ])('knows why it was refused: %s', async (status, refusal) => {
    const { webhook } = answering(() => json({ message: 'because' }, status));
    const told = status === 400 ? 'because' : '';
    expect(await webhook.send('f1', new FormData(), 'live', true)).toEqual({ kind: 'refused', refusal, told });
  });

  it('knows a server that does not answer', async () => {
    const { webhook } = answering(() => Promise.reject(new TypeError('failed')));
    expect(await webhook.send('f1', new FormData(), 'live', true)).toEqual({ kind: 'refused', refusal: 'offline', told: '' });
  });
});
