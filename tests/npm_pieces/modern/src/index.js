// A piece of the present generation (one bundled file, context version "2"), whose actions behave well and badly.
'use strict';

const http = require('node:http');
const https = require('node:https');

let counter = 0;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const get = (url) =>
  new Promise((resolve, reject) => {
    (url.startsWith('https') ? https : http).get(url, (answer) => { answer.resume(); resolve(answer.statusCode); }).on('error', reject);
  });

class Piece {
  constructor(parts) { Object.assign(this, parts); this.displayName = 'Modern'; }
  getContextInfo() { return { version: '2' }; }
  actions() { return this._actions; }
  triggers() { return this._triggers; }
  metadata() {
    const { displayName, auth } = this;
    return { displayName, auth, description: 'Does as it is told', logoUrl: 'https://logo.test/modern.png', authors: ['ada'], categories: ['CORE'],
      minimumSupportedRelease: '0.82.0', contextInfo: { version: '2' }, actions: this._actions, triggers: this._triggers };
  }
}

const text = (displayName, required = false) => ({ type: 'SHORT_TEXT', displayName, required });

const actions = {
  echo: { props: { value: { type: 'JSON', displayName: 'Value', required: false } }, run: async (ctx) => ctx.propsValue },
  context: {
    props: { amount: { type: 'NUMBER', displayName: 'Amount', required: true }, note: text('Note') },
    run: async (ctx) => ({
      keys: Object.keys(ctx).sort(), runKeys: Object.keys(ctx.run).sort(), props: ctx.propsValue, auth: ctx.auth, step: ctx.step, project: ctx.project.id,
      server: ctx.server, run: ctx.run.id, type: ctx.executionType, resumed: ctx.resumePayload ?? null, flow: ctx.flows.current,
    }),
    test: async () => 'tried',
  },
  count: { props: {}, run: async () => ++counter },
  loop: { props: {}, run: async () => { for (;;); } },
  hang: { props: {}, run: () => new Promise(() => {}) },
  heap: { props: {}, run: async () => { const all = []; for (;;) all.push(new Array(10000).fill(counter)); } },
  buffers: { props: {}, run: async () => { const all = []; for (;;) { all.push(Buffer.alloc(4e6, 1)); await pause(1); } } },
  exit: { props: {}, run: async () => process.exit(1) },
  late: { props: {}, run: () => new Promise(() => { setTimeout(() => { throw new Error('thrown too late'); }, 5); }) },
  unwatched: { props: {}, run: async () => { Promise.reject(new Error('nobody looks')); await pause(20); return 'fine'; } },
  huge: { props: {}, run: async (ctx) => 'x'.repeat(ctx.propsValue.size ?? 40_000_000) },
  strange: {
    props: {},
    run: async () => ({ big: 2n ** 70n, map: new Map([['a', 1]]), set: new Set([1, 2]), nan: NaN, gone: undefined, buffer: Buffer.from('a') }),
  },
  circle: { props: {}, run: async () => { const all = { list: [1n] }; all.self = all; return all; } },
  throws: { props: {}, run: async () => { throw new TypeError('does not fit'); } },
  throwsCause: { props: {}, run: async () => { throw new TypeError('fetch failed', { cause: new Error('no such host') }); } },
  throwsText: { props: {}, run: async () => { throw 'just text'; } },
  httpError: {
    props: {},
    run: async () => { throw Object.assign(new Error('Request failed'), { response: { status: 422, body: { no: 'good' } }, request: { body: { a: 1 } } }); },
  },
  fetches: {
    props: { url: text('URL', true) },
    run: async (ctx) => { process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; return get(ctx.propsValue.url); },
  },
  fetchesNatively: { props: { url: text('URL', true) }, run: async (ctx) => (await fetch(ctx.propsValue.url)).status },
  prints: { props: { secret: text('Secret') }, run: async (ctx) => { console.error(ctx.propsValue.secret); process.stdout.write(ctx.propsValue.secret); return 1; } },
  looksAround: {
    props: {},
    run: async () => {
      const fs = require('node:fs');
      const tried = {};
      for (const [name, act] of Object.entries({
        readsSystem: () => fs.readFileSync('/etc/passwd'),
        startsProcess: () => require('node:child_process').execSync('id'),
        startsThread: () => new (require('node:worker_threads').Worker)('0', { eval: true }),
        killsItself: () => process.kill(process.pid),
      })) {
        try { act(); tried[name] = 'allowed'; } catch { tried[name] = 'refused'; }
      }
      const scratch = `${require('node:os').tmpdir()}/note`;
      fs.writeFileSync(scratch, 'x');
      return { ...tried, scratch: fs.readFileSync(scratch, 'utf8'), exists: fs.existsSync('/etc/passwd'), environment: Object.keys(process.env).sort() };
    },
  },
  knows: { props: {}, run: async (ctx) => ({ started: await ctx.store.get(`run_${ctx.run.id}`), project: await ctx.project.externalId() }) },
  remembers: {
    props: { scope: text('Scope') },
    run: async (ctx) => {
      const { scope } = ctx.propsValue;
      const before = await ctx.store.get('key', scope);
      const put = await ctx.store.put('key', { n: 1 }, scope);
      const after = await ctx.store.get('key', scope);
      await ctx.store.delete('key', scope);
      return { before, put, after, deleted: await ctx.store.get('key', scope) };
    },
  },
  file: {
    props: { file: { type: 'FILE', displayName: 'File', required: true }, list: { type: 'ARRAY', displayName: 'List', required: false, properties: { file: { type: 'FILE', displayName: 'File', required: true } } } },
    run: async (ctx) => {
      const { file, list } = ctx.propsValue;
      const url = await ctx.files.write({ fileName: `copy of ${file.filename}`, data: file.data });
      return { name: file.filename, extension: file.extension, size: file.data.length, base64: file.base64, url, list: (list ?? []).map((item) => item.file.data.toString()) };
    },
  },
  streams: {
    props: { file: { type: 'FILE', displayName: 'File', required: true, streaming: true } },
    run: async (ctx) => { let size = 0; for await (const chunk of ctx.propsValue.file.body) size += chunk.length; return size; },
  },
  connects: { props: { name: text('Name', true) }, run: async (ctx) => ctx.connections.get(ctx.propsValue.name) },
  lists: { props: {}, run: async (ctx) => ctx.flows.list({ externalIds: ['a'] }) },
  tags: { props: {}, run: async (ctx) => { await ctx.tags.add({ name: 'blue' }); await ctx.output.update({ data: 1 }); return true; } },
  stops: { props: {}, run: async (ctx) => { ctx.run.stop({ response: { status: 201, body: { a: 1 }, headers: { 'x-a': 'b' } } }); return 's'; } },
  answers: { props: { body: { type: 'JSON', displayName: 'Body', required: true } }, run: async (ctx) => ctx.run.stop({ response: { body: ctx.propsValue.body } }) },
  responds: { props: {}, run: async (ctx) => { ctx.run.respond(); return 'r'; } },
  waits: {
    props: {},
    run: async (ctx) => {
      if (ctx.executionType === 'RESUME') return ctx.resumePayload;
      const waitpoint = await ctx.run.createWaitpoint({ type: 'WEBHOOK', responseToSend: { body: 'wait' } });
      ctx.run.waitForWaitpoint(waitpoint.id);
      return { id: waitpoint.id, plain: waitpoint.resumeUrl, built: waitpoint.buildResumeUrl({ queryParams: { a: 'b c' }, sync: true }) };
    },
  },
  sleeps: {
    props: { until: text('Until', true) },
    run: async (ctx) => { const { id } = await ctx.run.createWaitpoint({ type: 'DELAY', resumeDateTime: ctx.propsValue.until }); ctx.run.waitForWaitpoint(id); },
  },
  chooses: {
    props: {
      color: { type: 'DROPDOWN', displayName: 'Color', required: true, refreshers: ['auth'], auth: { secret: 'copy' },
        options: async ({ auth, kind }, ctx) => ({ options: [{ label: `${auth?.secret_text ?? 'none'} ${kind} ${ctx.searchValue ?? ''}`, value: 1 }] }) },
      more: { type: 'DYNAMIC', displayName: 'More', required: false, refreshers: ['color'], props: async ({ color }) => ({ [`field${color}`]: text('A field') }) },
      broken: { type: 'DROPDOWN', displayName: 'Broken', required: false, refreshers: [], options: async () => { throw new Error('no options today'); } },
    },
    run: async (ctx) => ctx.propsValue,
  },
};

const triggers = {
  polls: {
    type: 'POLLING', props: {}, sampleData: { id: 0 },
    onEnable: async (ctx) => { await ctx.store.put('last', 0); ctx.setSchedule({ cronExpression: '*/7 * * * *' }); },
    onDisable: async (ctx) => ctx.store.delete('last'),
    run: async (ctx) => { const last = await ctx.store.get('last'); await ctx.store.put('last', last + 2); return [{ id: last + 1 }, { id: last + 2 }]; },
    test: async () => [{ id: 'sample' }],
  },
  hears: {
    type: 'WEBHOOK', props: { greeting: text('Greeting', true) }, sampleData: {},
    handshakeConfiguration: { strategy: 'BODY_PARAM_PRESENT', paramName: 'challenge' },
    renewConfiguration: { strategy: 'CRON', cronExpression: '0 0 * * *' },
    onEnable: async (ctx) => { await ctx.store.put('url', ctx.webhookUrl); },
    onDisable: async () => {},
    onRenew: async (ctx) => { await ctx.store.put('renewed', true); },
    onHandshake: async (ctx) => ({ status: 202, body: { token: ctx.payload.body.challenge }, headers: { 'x-shaken': 'yes' } }),
    run: async (ctx) => (ctx.payload.body.skip ? [] : [{ said: ctx.propsValue.greeting, body: ctx.payload.body, url: await ctx.store.get('url') }]),
  },
  begins: {
    type: 'WEBHOOK', props: {}, sampleData: {},
    onEnable: async () => {}, onDisable() {}, onRenew: async () => Promise.resolve(),
    onStart: async (ctx) => {
      if (ctx.payload.fails && !(await ctx.store.get('failed'))) { await ctx.store.put('failed', true); throw new Error('not today'); }
      await ctx.store.put(`run_${ctx.run.id}`, ctx.payload);
    },
    run: async (ctx) => [ctx.payload.body],
  },
  listens: {
    type: 'APP_WEBHOOK', props: {}, sampleData: {},
    onEnable: async (ctx) => ctx.app.createListeners({ events: ['message'], identifierValue: 'T1' }),
    onDisable: async () => {},
    run: async (ctx) => [ctx.payload.body],
  },
  confused: { type: 'POLLING', props: {}, onEnable: async () => {}, onDisable: async () => {}, run: async () => 'not a list' },
};

for (const [name, operation] of [...Object.entries(actions), ...Object.entries(triggers)]) {
  Object.assign(operation, { name, displayName: name, description: `What ${name} does`, requireAuth: false });
}

exports.modern = new Piece({
  _actions: actions,
  _triggers: triggers,
  auth: [
    { type: 'SECRET_TEXT', displayName: 'Key', required: true, validate: async ({ auth }) => (auth === 'good' ? { valid: true } : { valid: false, error: 'a bad key' }) },
    { type: 'CUSTOM_AUTH', displayName: 'Host', required: true, props: {}, validate: async ({ auth }) => ({ valid: auth.host === 'here' }) },
  ],
  events: {
    parseAndReply: ({ payload }) => (payload.body.challenge ? { reply: { body: payload.body.challenge, headers: {} } } : { event: 'message', identifierValue: payload.body.team }),
    verify: ({ webhookSecret, payload }) => payload.headers.signature === webhookSecret,
  },
});
