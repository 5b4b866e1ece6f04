import { type StepResult, wasTaken } from './run-results';

describe('wasTaken', () => {
  const router: StepResult = {
    type: 'ROUTER',
    status: 'RUNNING',
    output: {
      branches: [
        { branchName: 'Large', branchIndex: 1, evaluation: false },
        { branchName: 'Otherwise', branchIndex: 2, evaluation: true },
      ],
    },
  };

  it('follows what a router decided', () => {
    expect(wasTaken(router, 'INSIDE_BRANCH', 0)).toBe(false);
    expect(wasTaken(router, 'INSIDE_BRANCH', 1)).toBe(true);
    expect(wasTaken(undefined, 'INSIDE_BRANCH', 0)).toBeUndefined();
    expect(wasTaken({ type: 'ROUTER', status: 'FAILED' }, 'INSIDE_BRANCH', 0)).toBeUndefined();
  });

  it('follows how a step ended', () => {
    const step = (status: StepResult['status']): StepResult => ({ type: 'CODE', status });
    expect(wasTaken(step('FAILED'), 'INSIDE_ON_FAILURE_BRANCH')).toBe(true);
    expect(wasTaken(step('FAILED'), 'INSIDE_ON_SUCCESS_BRANCH')).toBe(false);
    expect(wasTaken(step('SUCCEEDED'), 'INSIDE_ON_SUCCESS_BRANCH')).toBe(true);
    expect(wasTaken(step('RUNNING'), 'INSIDE_ON_SUCCESS_BRANCH')).toBeUndefined();
  });

  it('says nothing of loops', () => {
    expect(wasTaken({ type: 'LOOP_ON_ITEMS', status: 'SUCCEEDED' }, 'INSIDE_LOOP')).toBeUndefined();
  });
});
