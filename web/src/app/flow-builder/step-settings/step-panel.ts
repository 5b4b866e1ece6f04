import { Component } from '@angular/core';

/** The selected step: its name, its settings, its test. */
@Component({ selector: 'pw-step-panel', template: '' })
export class StepPanel {}
