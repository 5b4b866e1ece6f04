'use strict';
// One loaded piece: what it is, and the operations that the server may ask of it. Never by instanceof: each package brings its own framework.

const fs = require('node:fs');
const path = require('node:path');
const { actionContext, bare, connectionFor, formContext, propsFor, triggerContext } = require('./contexts.cjs');
const { jsonText, placeFiles } = require('./values.cjs');

const HOOKS = ['onEnable', 'onDisable', 'onStart', 'onRenew', 'onHandshake', 'run', 'test'];

const NOTHING = /^(async)?(\(\)|function\(\)|[a-zA-Z]+\(\))(=>)?(Promise\.resolve\(\)|\{(returnPromise\.resolve\(\))?;?\})$/;

/** Whether a hook is there and does something: frameworks fill in empty ones, which need not be called for every run. */
function isHook(hook) {
  return typeof hook === 'function' && !NOTHING.test(Function.prototype.toString.call(hook).replace(/\s/g, ''));
}

function loadPiece(folder) {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const exported = require(path.join(folder, manifest.main ?? 'src/index.js'));
  const isPiece = (value) => value !== null && typeof value === 'object' && value.constructor?.name === 'Piece';
  const piece = isPiece(exported) ? exported : Object.values(exported).find(isPiece);
  if (piece === undefined) throw new Error('The package exports no piece');
  return new LoadedPiece(piece);
}

/** Operations by name; each takes the call, its bytes and `ask`, and gives the JSON text of its result. */
class LoadedPiece {
  constructor(piece) {
    this.piece = piece;
    this.version = piece.getContextInfo?.().version ?? piece.contextInfo?.version;
  }

  operationsOf(kind) {
    const { piece } = this;
    const own = piece[`_${kind}`];
    const found = typeof piece[kind] === 'function' ? piece[kind]() : (own ?? piece.metadata?.()[kind] ?? {});
    return Array.isArray(found) ? Object.fromEntries(found.map((each) => [each.name, each])) : found;
  }

  operation(kind, name) {
    const operations = this.operationsOf(kind);
    if (!Object.hasOwn(operations, name)) throw new Error(`The piece has no ${kind.slice(0, -1)} ${name}`);
    return operations[name];
  }

  /** The piece's metadata, and what cannot be read off it: the context version, and which functions are there. */
  async describe() {
    const metadata = { ...this.piece.metadata(), actions: this.operationsOf('actions'), triggers: this.operationsOf('triggers') };
    const hooks = {};
    for (const [name, trigger] of Object.entries(metadata.triggers)) hooks[name] = HOOKS.filter((hook) => isHook(trigger[hook]));
    const auths = [this.piece.auth].flat().filter(Boolean);
    const traits = { contextVersion: this.version ?? null, hooks, validates: auths.some((auth) => typeof auth.validate === 'function'), events: Boolean(this.piece.events) };
    return `{"metadata":${jsonText(metadata)},"traits":${JSON.stringify(traits)}}`;
  }

  /** Runs an action, or its test. */
  async action(call, bytes, ask) {
    const action = this.operation('actions', call.name);
    this.prepare(call, action, bytes);
    const { context, recorded } = actionContext(call, this.version, ask);
    const isTest = call.facts.test && typeof action.test === 'function';
    const output = await (isTest ? action.test(context) : action.run(context));
    return `{"value":${jsonText(output)},"recorded":${jsonText(recorded)}}`;
  }

  prepare(call, operation, bytes) {
    if (call.files) placeFiles(call.props, call.files, bytes, operation.props);
    propsFor(this.version, call.props, operation.props);
    if (call.auth !== undefined && call.auth !== null) call.props.auth = connectionFor(this.version, call.auth);
  }

  /** Calls one of a trigger's hooks; `run` and `test` give lists. */
  async trigger(call, bytes, ask) {
    const trigger = this.operation('triggers', call.name);
    this.prepare(call, trigger, bytes);
    const { context, recorded } = triggerContext(call, this.version, ask);
    if (call.hook === 'run' && trigger.type === 'APP_WEBHOOK') this.verify(call.facts);
    const hook = call.hook === 'test' && typeof trigger.test !== 'function' ? 'run' : call.hook;
    const value = typeof trigger[hook] === 'function' ? await trigger[hook](context) : null;
    if ((hook === 'run' || hook === 'test') && !Array.isArray(value)) throw new Error(`The trigger's ${hook} must return a list`);
    return `{"value":${jsonText(value)},"recorded":${jsonText(recorded)}}`;
  }

  verify({ webhookUrl, payload, webhookSecret }) {
    const { events } = this.piece;
    if (events?.verify({ appWebhookUrl: webhookUrl, payload, webhookSecret }) !== true) throw new Error('The event is not signed by the app');
  }

  /** {reply?: {body, headers}, event?, identifierValue?} of a call of the app's webhook. */
  async events(call) {
    if (!this.piece.events) throw new Error('The piece takes no events of an app');
    return `{"value":${jsonText(await this.piece.events.parseAndReply({ payload: call.payload, server: call.server }))}}`;
  }

  /** The choices of a dropdown, or the fields of a dynamic property. */
  async options(call, _bytes, ask) {
    const owner = { ...this.operationsOf('triggers'), ...this.operationsOf('actions') }[call.name];
    const property = owner?.props?.[call.property];
    const compute = property?.type === 'DYNAMIC' ? 'props' : 'options';
    if (typeof property?.[compute] !== 'function') throw new Error(`${call.property} has no computed options`);
    this.prepare(call, owner, undefined);
    return `{"value":${jsonText(await property[compute](call.props, formContext(call, this.version, ask)))}}`;
  }

  /** {valid, error?} of a connection's value, which the piece tries. */
  async validate(call) {
    const kind = String(call.auth?.type ?? '').replace(/^(CLOUD|PLATFORM)_/, '');
    const auths = [this.piece.auth].flat().filter(Boolean);
    const auth = auths.find((each) => each.type === kind) ?? auths[0];
    if (typeof auth?.validate !== 'function') return '{"value":{"valid":true}}';
    return `{"value":${jsonText(await auth.validate({ auth: bare(call.auth), server: call.server }))}}`;
  }
}

module.exports = { loadPiece };
