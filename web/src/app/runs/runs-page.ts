import { Component } from '@angular/core';

@Component({ selector: 'pw-runs-page', template: '' })
export class RunsPage {}
