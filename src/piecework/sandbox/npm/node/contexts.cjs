'use strict';
// The contexts that pieces are given (spec/npm-pieces.md §3). What a piece asks of its run is recorded and returned with its result;
// what it asks of the platform (store, files, connections, flows) is asked of the server.

const SCOPES = { COLLECTION: 'COLLECTION', PROJECT: 'COLLECTION', FLOW: 'FLOW', RUN: 'FLOW' };

/** A connection's value as pieces of a context version expect it: before version "1" secrets are bare. */
function connectionFor(version, value) {
  if (version !== undefined || value === null || typeof value !== 'object') return value;
  return bare(value);
}

function bare(value) {
  if (value.type === 'SECRET_TEXT' && 'secret_text' in value) return value.secret_text;
  if ((value.type === 'CUSTOM_AUTH' || value.type === 'OIDC') && 'props' in value) return value.props;
  return value;
}

const AUTH_TYPES = new Set(['SECRET_TEXT', 'CUSTOM_AUTH', 'BASIC_AUTH', 'OAUTH2']);

/** The oldest pieces take their connection as an ordinary property. */
function propsFor(version, props, schema) {
  if (version !== undefined) return props;
  for (const [name, property] of Object.entries(schema ?? {})) {
    if (AUTH_TYPES.has(property?.type) && name in props) props[name] = connectionFor(version, props[name]);
  }
  return props;
}

function shared(call, version, ask) {
  const { facts } = call;
  return {
    auth: connectionFor(version, call.auth),
    propsValue: call.props,
    step: { name: facts.step },
    project: { id: facts.project, externalId: async () => (await ask('project.externalId', {})) ?? undefined },
    server: { apiUrl: facts.apiUrl, publicUrl: facts.publicUrl, token: facts.token },
    ...(version === undefined ? { serverUrl: facts.publicUrl } : {}),
    flows: {
      current: { id: facts.flow, version: { id: facts.version } },
      list: (params) => ask('flows.list', { externalIds: params?.externalIds }),
    },
    connections: { get: async (key) => connectionFor(version, await ask('connections.get', { key: keyOf(key) })) },
    store: storeOf(ask),
    files: filesOf(ask),
  };
}

/** Some versions ask by the id, some by an object that holds it. */
function keyOf(key) {
  return typeof key === 'object' && key !== null ? String(key.externalId ?? key.key ?? '') : String(key);
}

function storeOf(ask) {
  const scoped = (scope) => SCOPES[scope] ?? 'FLOW';
  return {
    get: (key, scope) => ask('store.get', { key: String(key), scope: scoped(scope) }),
    put: async (key, value, scope) => {
      await ask('store.put', { key: String(key), value: value ?? null, scope: scoped(scope) });
      return value;
    },
    delete: (key, scope) => ask('store.delete', { key: String(key), scope: scoped(scope) }),
  };
}

function filesOf(ask) {
  const write = ({ fileName, data }) => ask('files.write', { fileName: String(fileName ?? 'file') }, Buffer.isBuffer(data) ? data : Buffer.from(data));
  return {
    write,
    writeStream: async ({ fileName, stream }) => {
      const chunks = [];
      for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return write({ fileName, data: Buffer.concat(chunks) });
    },
  };
}

/** The context of an action, and the record of what it asked of its run. */
function actionContext(call, version, ask) {
  const { facts } = call;
  const recorded = { type: 'none', tags: [] };
  const paused = (waitpoint) => Object.assign(recorded, { type: 'paused', waitpoint });
  let created = null;
  const waitpoint = async (request) => {
    created = normalWaitpoint(request ?? {});
    const resumeUrl = `${facts.publicUrl}v1/flow-runs/${facts.run}/waitpoints/${facts.waitpoint}`;
    return { id: facts.waitpoint, resumeUrl, buildResumeUrl: ({ queryParams, sync } = {}) => withQuery(resumeUrl + (sync ? '/sync' : ''), queryParams) };
  };
  const run = {
    id: facts.run,
    stop: (given) => Object.assign(recorded, { type: 'stopped', response: given?.response ?? {} }),
    respond: (given) => Object.assign(recorded, { type: 'respond', response: given?.response ?? {} }),
    createWaitpoint: waitpoint,
    waitForWaitpoint: () => paused(created ?? { type: 'WEBHOOK' }),
  };
  const context = {
    ...shared(call, version, ask),
    executionType: facts.executionType,
    ...(facts.executionType === 'RESUME' ? { resumePayload: facts.resumePayload } : {}),
    tags: { add: async ({ name }) => void recorded.tags.push(String(name)) },
    output: { update: async () => {} }, // shown nowhere: the output of a step is what it returns
    agent: {
      tools: async () => {
        throw new Error('This server has no agents');
      },
    },
    run,
  };
  if (version === undefined || version === '1') {
    run.pause = (given) => paused(normalWaitpoint(given?.pauseMetadata ?? {}));
    context.generateResumeUrl = ({ queryParams, sync } = {}) =>
      withQuery(`${facts.publicUrl}v1/flow-runs/${facts.run}/requests/${facts.request}${sync ? '/sync' : ''}`, queryParams);
  }
  return { context, recorded };
}

/** {type, until?: ISO time, response?}. Pieces give times as ISO 8601 or as RFC 1123 does. */
function normalWaitpoint({ type, resumeDateTime, responseToSend, response, isFanIn }) {
  if (isFanIn) throw new Error('This server cannot gather several answers at one waitpoint');
  const until = resumeDateTime === undefined ? undefined : new Date(resumeDateTime).toISOString();
  return { type: type ?? 'WEBHOOK', until, response: responseToSend ?? response };
}

function withQuery(url, params) {
  const query = new URLSearchParams(params ?? {}).toString();
  return query ? `${url}?${query}` : url;
}

/** The context of a trigger's hook, and the record of the schedule and listeners that it asked for. */
function triggerContext(call, version, ask) {
  const { facts } = call;
  const recorded = { schedule: null, listeners: [] };
  const context = {
    ...shared(call, version, ask),
    webhookUrl: facts.webhookUrl,
    isRepublish: facts.isRepublish === true,
    payload: facts.payload ?? {},
    run: { id: facts.run },
    app: {
      createListeners: ({ events, identifierValue, identifierKey }) => void recorded.listeners.push({ events, identifierValue, identifierKey }),
    },
    setSchedule: (schedule) => void (recorded.schedule = normalSchedule(schedule ?? {})),
  };
  return { context, recorded };
}

function normalSchedule({ cronExpression, timezone, intervalMs }) {
  return intervalMs === undefined ? { cronExpression: String(cronExpression), timezone: timezone ?? 'UTC' } : { intervalMs: Number(intervalMs) };
}

/** What computes the options of a form. */
function formContext(call, version, ask) {
  return { ...shared(call, version, ask), searchValue: call.searchValue ?? undefined };
}

module.exports = { actionContext, bare, connectionFor, formContext, propsFor, triggerContext };
