import { type Api, ok } from '../../api/api';
import type { FlowRunView } from '../../api/schema';

const MOST = 100;

/**
 * Reads what paused runs wait for; what is told of a run that pauses does not say. Gives what the list shows of them by their ids, of a
 * hundred at the most; nothing where the server cannot be asked: the next reading of the list tells.
 */
export async function readWaits(
  api: Api,
  runs: readonly Pick<FlowRunView, 'id' | 'status' | 'projectId' | 'environment'>[],
): Promise<ReadonlyMap<string, Pick<FlowRunView, 'waitpoints' | 'flowVersion'>>> {
  const paused = runs.filter((run) => run.status === 'PAUSED').slice(0, MOST);
  const [first] = paused;
  if (!first) return new Map();
  const environment = first.environment as 'PRODUCTION' | 'TESTING';
  const query = { projectId: first.projectId, environment, flowRunIds: paused.map((run) => run.id), includeArchived: true, limit: MOST };
  const page = await ok(api.GET('/flow-runs', { params: { query } })).catch(() => ({ data: [] as FlowRunView[] }));
  return new Map(page.data.map(({ id, waitpoints = [], flowVersion = {} }) => [id, { waitpoints, flowVersion }]));
}
