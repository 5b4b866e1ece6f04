import type { WaitpointView } from '../../api/schema';
import { placeOf, titleOf } from './step-place';
import { actionsFor, kindOf, resumePath, waitOf } from './waiting';

const waitpoint = (id: string, type: string, until: string | null): WaitpointView => ({
  id,
  type,
  step: 'approval',
  createdAt: '2026-01-01T00:00:00.000Z',
  until,
});
const APPROVAL = { piece: '@activepieces/piece-approval', action: 'wait_for_approval' };
const VERSION = {
  trigger: {
    name: 'trigger',
    displayName: 'Start',
    type: 'EMPTY',
    settings: {},
    nextAction: {
      name: 'approval',
      displayName: 'Ask the boss',
      type: 'PIECE',
      settings: { pieceName: APPROVAL.piece, actionName: APPROVAL.action },
    },
  },
};

describe('what a run waits for', () => {
  it('is a delay, a decision, a call or another flow', () => {
    expect(kindOf({ type: 'DELAY' }, undefined)).toBe('delay');
    expect(kindOf({ type: 'WEBHOOK' }, APPROVAL)).toBe('approval');
    expect(kindOf({ type: 'WEBHOOK' }, { ...APPROVAL, piece: '@activepieces/piece-webhook' })).toBe('call');
    expect(kindOf({ type: 'WEBHOOK' }, undefined)).toBe('call');
    expect(kindOf({ type: 'WEBHOOK' }, { piece: '@activepieces/piece-subflows', action: 'callFlow' })).toBe('flow');
  });

  it('lets one act where nothing is lost by it', () => {
    expect(actionsFor('delay')).toContain('resume');
    expect(actionsFor('approval')).toEqual(['approve', 'disapprove', 'copyApprove', 'copyDisapprove']);
    expect(actionsFor('call')).toEqual(['copyLink']);
    expect(actionsFor('flow')).toEqual([]);
  });

  it('has links that decide', () => {
    expect(resumePath('r', 'w', 'copyDisapprove')).toBe('flow-runs/r/waitpoints/w?action=disapprove');
    expect(resumePath('r', 'w', 'approve')).toBe('flow-runs/r/waitpoints/w?action=approve');
    expect(resumePath('r', 'w', 'resume')).toBe('flow-runs/r/waitpoints/w');
  });

  it('comes down to what ends first', () => {
    const waitpoints = [
      waitpoint('a', 'WEBHOOK', null),
      waitpoint('b', 'WEBHOOK', '2026-03-01T00:00:00.000Z'),
      waitpoint('c', 'DELAY', '2026-02-01T00:00:00.000Z'),
    ];
    const run = { status: 'PAUSED', flowVersion: VERSION, waitpoints };
    expect(waitOf(run)).toEqual({ waitpoint: waitpoints[2], others: 2, kind: 'delay', step: 'Ask the boss' });
    expect(waitOf({ ...run, waitpoints: [waitpoint('a', 'WEBHOOK', null)] })).toMatchObject({ kind: 'approval', others: 0 });
    expect(waitOf({ status: 'PAUSED' })).toBeNull();
    expect(waitOf({ ...run, status: 'RUNNING' })).toBeNull();
  });
});

describe('the place of a step', () => {
  it('has the loops around it', () => {
    expect(placeOf('wait')).toEqual({ name: 'wait', path: [] });
    expect(placeOf('outer:2/inner:1/wait')).toEqual({
      name: 'wait',
      path: [
        ['outer', 1],
        ['inner', 0],
      ],
    });
  });

  it('is said with the iterations', () => {
    expect(titleOf(placeOf('outer:2/inner:1/wait'), { wait: 'Ask' })).toBe('Ask · 2 · 1');
    expect(titleOf(placeOf('gone'), {})).toBe('gone');
  });
});
