import { Component } from '@angular/core';

@Component({ selector: 'pw-flows-page', template: '' })
export class FlowsPage {}
