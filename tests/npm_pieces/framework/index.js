'use strict';

class Piece {
  constructor({ displayName, auth, actions, triggers }) {
    Object.assign(this, { displayName, auth, logoUrl: '' });
    this._actions = Object.fromEntries(actions.map((action) => [action.name, action]));
    this._triggers = Object.fromEntries(triggers.map((trigger) => [trigger.name, trigger]));
  }
  actions() { return this._actions; }
  triggers() { return this._triggers; }
  metadata() { return { displayName: this.displayName, auth: this.auth, logoUrl: this.logoUrl, actions: this._actions, triggers: this._triggers }; }
}

exports.createPiece = (parts) => new Piece(parts);
