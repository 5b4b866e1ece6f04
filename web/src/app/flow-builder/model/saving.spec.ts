import { ApiProblem } from '../../api/problem';
import type { PopulatedFlow } from '../../api/schema';
import { apply } from './apply';
import type { Operation } from './operations';
import { emptyDraft } from './random-draft';
import { Saving, merged } from './saving';
import type { Draft } from './step';

const rename = (displayName: string): Operation => ({ type: 'CHANGE_NAME', request: { displayName } });
const note = (id: string): Operation => ({
  type: 'ADD_NOTE',
  request: { id, content: '', color: 'blue', position: { x: 0, y: 0 }, size: { width: 1, height: 1 } },
});

describe('Saving', () => {
  beforeEach(() => localStorage.clear());

  it('shows every edit exactly once, however far the server is', async () => {
    let server = emptyDraft();
    let loaded: Draft = server;
    const seen: number[] = [];
    const saving: Saving = new Saving('flow', {
      send: async (operation) => {
        await Promise.resolve();
        server = apply(server, operation);
        return server as unknown as PopulatedFlow;
      },
      refused: () => expect.unreachable(),
      saved: (flow) => {
        loaded = flow as unknown as Draft;
        queueMicrotask(() => seen.push(saving.applied(loaded).notes.length));
      },
    });
    saving.add([note('a'), note('b'), note('c')]);
    expect(saving.applied(loaded).notes).toHaveLength(3);
    await saving.settled();
    expect(seen.every((count) => count === 3)).toBe(true);
    expect(saving.state()).toBe('saved');
    expect(localStorage.length).toBe(0);
  });

  it('drops what the server refuses, and says so', async () => {
    const refused = vi.fn();
    const problem = new ApiProblem(400, 'VALIDATION', {}, 'no');
    const saving = new Saving('flow', { send: () => Promise.reject(problem), refused, saved: () => undefined });
    saving.add([note('a')]);
    await saving.settled();
    expect(refused).toHaveBeenCalledWith(problem, [note('a')]);
    expect(saving.state()).toBe('refused');
  });

  it('merges edits of the same thing, but not into one that is under way', () => {
    expect(merged([rename('a')], [rename('b')], false)).toEqual([rename('b')]);
    expect(merged([rename('a')], [rename('b')], true)).toEqual([rename('a'), rename('b')]);
  });
});
