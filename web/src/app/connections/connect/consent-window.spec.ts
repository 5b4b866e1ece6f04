import { OpenedConsent, channelOf } from './consent-window';

/** A window that a service has been opened in. */
function opened() {
  const frame = { closed: false, location: { href: '' }, close: () => (frame.closed = true) };
  return frame;
}

const tell = (source: unknown, data: unknown, origin = location.origin) => {
  const event = new MessageEvent('message', { data, origin });
  Object.defineProperty(event, 'source', { value: source });
  window.dispatchEvent(event);
};

describe('OpenedConsent', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('takes the code of its own window, with the state that was sent, from its own origin', async () => {
    const frame = opened();
    const code = new OpenedConsent(frame as never, location.origin).code('https://service/authorize', 's-1');
    expect(frame.location.href).toBe('https://service/authorize');
    tell(opened(), { state: 's-1', code: 'of another window' });
    tell(frame, { state: 's-2', code: 'with another state' });
    tell(frame, { state: 's-1', code: 'of another origin' }, 'https://elsewhere');
    tell(frame, null);
    tell(frame, { state: 's-1', code: 'right' });
    await expect(code).resolves.toBe('right');
    expect(frame.closed).toBe(true);
  });

  it('says what the service said', async () => {
    const frame = opened();
    const code = new OpenedConsent(frame as never, location.origin).code('u', 's');
    tell(frame, { state: 's', error: 'access_denied', errorDescription: 'Not you' });
    await expect(code).rejects.toMatchObject({ reason: 'refused', words: 'Not you' });
  });

  it('waits on when the window is out of sight, until it is abandoned', async () => {
    const frame = opened();
    const consent = new OpenedConsent(frame as never, location.origin);
    const code = consent.code('u', 's');
    frame.closed = true;
    vi.advanceTimersByTime(500);
    expect(consent.isOutOfSight()).toBe(true);
    tell(frame, { state: 's', code: 'late' });
    await expect(code).resolves.toBe('late');
    const other = new OpenedConsent(opened() as never, location.origin);
    const none = other.code('u', 's');
    other.abandon();
    await expect(none).rejects.toMatchObject({ reason: 'abandoned' });
    await expect(other.code('u', 's')).rejects.toMatchObject({ reason: 'abandoned' });
  });

  it('takes a code from the channel of its state once, and says that it did', async () => {
    const heard: unknown[] = [];
    const page = new BroadcastChannel(channelOf('s-1'));
    const answered = new Promise<void>((resolve) => {
      page.onmessage = (event: MessageEvent) => {
        heard.push(event.data);
        resolve();
      };
    });
    const code = new OpenedConsent(opened() as never, location.origin).code('u', 's-1');
    page.postMessage({ state: 's-2', code: 'with another state' });
    page.postMessage({ state: 's-1', code: 'right' });
    page.postMessage({ state: 's-1', code: 'again' });
    await expect(code).resolves.toBe('right');
    await answered;
    expect(heard).toEqual(['taken']);
    page.close();
  });
});
