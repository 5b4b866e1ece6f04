import { ApiProblem, OFFLINE } from '../../api/problem';
import type { PopulatedFlow } from '../../api/schema';
import { apply } from './apply';
import type { Operation } from './operations';
import { Saving, type Sender, merged } from './saving';
import type { Draft } from './step';

const name = (displayName: string): Operation => ({ type: 'CHANGE_NAME', request: { displayName } });
const remove = (...names: string[]): Operation => ({ type: 'DELETE_ACTION', request: { names } });
const offline = new ApiProblem(0, OFFLINE, {}, '');
const refusal = new ApiProblem(400, 'VALIDATION', {}, 'no');

/** A server that answers each call with what is next in `answers`; without one it does what it is told. */
class FakeServer implements Sender {
  answers: ('ok' | ApiProblem)[] = [];
  isDone = false;
  readonly sent: Operation[] = [];
  readonly asked: Operation[] = [];
  readonly dropped: Operation[] = [];
  savedCount = 0;

  async send(operation: Operation): Promise<PopulatedFlow> {
    this.sent.push(operation);
    const answer = this.answers.shift() ?? 'ok';
    if (answer !== 'ok') throw answer;
    return {} as PopulatedFlow;
  }
  async doneBefore(operation: Operation): Promise<PopulatedFlow | null> {
    this.asked.push(operation);
    return this.isDone ? ({} as PopulatedFlow) : null;
  }
  refused(_problem: unknown, dropped: readonly Operation[]): void {
    this.dropped.push(...dropped);
  }
  saved(): void {
    this.savedCount += 1;
  }
}

describe('Saving', () => {
  let server: FakeServer;
  let saving: Saving;

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    server = new FakeServer();
    saving = new Saving('flow', server);
  });
  afterEach(() => {
    saving.close();
    vi.useRealTimers();
  });

  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('sends one edit after the other and tells each answer', async () => {
    saving.add([name('a'), remove('step_1')]);
    expect(saving.state()).toBe('saving');
    await settle();
    expect(server.sent).toEqual([name('a'), remove('step_1')]);
    expect(server.savedCount).toBe(2);
    expect(saving.state()).toBe('saved');
    expect(localStorage.getItem('piecework.unsaved.flow')).toBeNull();
  });

  it('shows every edit exactly once, however far the server is', async () => {
    const note = (id: string): Operation => ({
      type: 'ADD_NOTE',
      request: { id, content: '', color: 'blue', position: { x: 0, y: 0 }, size: { width: 1, height: 1 } },
    });
    const trigger = { name: 'trigger', type: 'EMPTY', displayName: 'Trigger', valid: false, settings: {} } as const;
    let [there, loaded]: Draft[] = [
      { displayName: 'Flow', notes: [], trigger },
      { displayName: 'Flow', notes: [], trigger },
    ];
    const seen: number[] = [];
    vi.spyOn(server, 'send').mockImplementation(
      async (operation) => (there = apply(there as Draft, operation)) as unknown as PopulatedFlow,
    );
    server.saved = (flow?: unknown) => {
      loaded = flow as Draft;
      queueMicrotask(() => seen.push(saving.applied(loaded as Draft).notes.length));
    };
    saving.add([note('a'), note('b'), note('c')]);
    expect(saving.applied(loaded as Draft).notes).toHaveLength(3);
    await saving.settled();
    expect(seen).toEqual([3, 3, 3]);
  });

  it('has told what was refused when it is settled', async () => {
    server.answers = [refusal];
    saving.add([remove('gone')]);
    await saving.settled();
    expect([server.dropped, saving.state()]).toEqual([[remove('gone')], 'refused']);
  });

  it('merges edits of the same thing, but not into one that is under way', () => {
    expect(merged([name('a')], [name('b')], false)).toEqual([name('b')]);
    expect(merged([name('a')], [name('b')], true)).toEqual([name('a'), name('b')]);
  });

  it('keeps edits while the server is away, and sends them when it is back', async () => {
    server.answers = [offline];
    saving.add([remove('step_1')]);
    await settle();
    expect(saving.state()).toBe('offline');
    saving.add([remove('step_2')]);
    expect(JSON.parse(localStorage.getItem('piecework.unsaved.flow') ?? '')).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(3000);
    expect(server.sent).toEqual([remove('step_1'), remove('step_1'), remove('step_2')]);
    expect(saving.state()).toBe('saved');
  });

  it('does not send again what the server did before it died', async () => {
    server.answers = [offline];
    server.isDone = true;
    saving.add([remove('step_1')]);
    await settle();
    await vi.advanceTimersByTimeAsync(3000);
    expect(server.asked).toEqual([remove('step_1')]);
    expect(server.sent).toHaveLength(1);
    expect(saving.state()).toBe('saved');
  });

  it('goes on after an edit that the server refuses, and tells which it was', async () => {
    server.answers = ['ok', refusal, 'ok'];
    saving.add([name('a'), remove('gone'), remove('step_2')]);
    await settle();
    expect(server.sent).toHaveLength(3);
    expect(server.dropped).toEqual([remove('gone')]);
    expect(saving.state()).toBe('refused');
    saving.add([name('b')]);
    await settle();
    expect(saving.state()).toBe('saved');
  });

  it('asks about the first edit that an earlier visit left', async () => {
    localStorage.setItem('piecework.unsaved.other', JSON.stringify([remove('step_1'), remove('step_2')]));
    const again = new Saving('other', server);
    expect(again.hasLeftovers).toBe(true);
    again.start();
    await settle();
    expect(server.asked).toEqual([remove('step_1')]);
    expect(server.sent).toEqual([remove('step_1'), remove('step_2')]);
  });

  it('resolves settled once everything is there', async () => {
    let isSettled = false;
    server.answers = [offline];
    saving.add([name('a')]);
    void saving.settled().then(() => (isSettled = true));
    await settle();
    expect(isSettled).toBe(false);
    await vi.advanceTimersByTimeAsync(3000);
    expect(isSettled).toBe(true);
  });

  it('says that edits are at risk when the browser keeps nothing', async () => {
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    server.answers = [offline];
    saving.add([name('a')]);
    await settle();
    expect(saving.isAtRisk()).toBe(true);
    full.mockRestore();
  });
});
