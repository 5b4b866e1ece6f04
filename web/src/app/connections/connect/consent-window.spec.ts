import { NoConsent, OpenedConsent } from './consent-window';

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

  it('takes a code that comes as the window closes, and gives up on one that was closed', async () => {
    const frame = opened();
    const code = new OpenedConsent(frame as never, location.origin).code('u', 's');
    frame.closed = true;
    vi.advanceTimersByTime(500);
    tell(frame, { state: 's', code: 'late' });
    await expect(code).resolves.toBe('late');
    const other = opened();
    const none = new OpenedConsent(other as never, location.origin).code('u', 's');
    other.closed = true;
    const given = expect(none).rejects.toBeInstanceOf(NoConsent);
    vi.advanceTimersByTime(1000);
    await given;
  });
});
