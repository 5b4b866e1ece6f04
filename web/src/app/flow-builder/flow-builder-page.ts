import { Component } from '@angular/core';

@Component({ selector: 'pw-flow-builder-page', template: '' })
export class FlowBuilderPage {}
