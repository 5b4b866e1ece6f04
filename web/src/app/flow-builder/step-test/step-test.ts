import { Component } from '@angular/core';

/** Tries the selected step, or waits for its trigger, and shows what it gave. */
@Component({ selector: 'pw-step-test', template: '' })
export class StepTest {}
