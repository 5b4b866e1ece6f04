import { Component } from '@angular/core';

/** The flow, drawn: steps, the lines between them, notes. */
@Component({ selector: 'pw-canvas', template: '' })
export class Canvas {}
