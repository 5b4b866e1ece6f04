import { Component } from '@angular/core';

@Component({ selector: 'pw-health-page', template: '' })
export class HealthPage {}
