// A piece of the first generation: no actions() and triggers(), the connection is an ordinary property, the piece says its own version.
'use strict';

class Piece {
  constructor(displayName, version, actions, triggers) {
    Object.assign(this, { displayName, version, logoUrl: 'https://logo.test/early.png' });
    this._actions = Object.fromEntries(actions.map((action) => [action.name, action]));
    this._triggers = Object.fromEntries(triggers.map((trigger) => [trigger.name, trigger]));
  }
  getAction(name) { return this._actions[name]; }
  metadata() { return { displayName: this.displayName, version: this.version, logoUrl: this.logoUrl, actions: this._actions, triggers: this._triggers }; }
}

const authentication = { type: 'SECRET_TEXT', displayName: 'Key', required: true };

exports.early = new Piece('Early', '0.2.0', [
  { name: 'greet', displayName: 'Greet', description: 'Greets', props: { authentication, name: { type: 'SHORT_TEXT', displayName: 'Name', required: true } }, run: async (ctx) => `${ctx.propsValue.authentication} greets ${ctx.propsValue.name}` },
  { name: 'links', displayName: 'Links', props: {}, run: async (ctx) => ctx.generateResumeUrl({ queryParams: { a: '1' } }) },
], []);
