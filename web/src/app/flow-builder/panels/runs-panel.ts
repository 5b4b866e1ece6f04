import { Component } from '@angular/core';

@Component({ selector: 'pw-runs-panel', template: '' })
export class RunsPanel {}
