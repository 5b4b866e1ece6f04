import { Component } from '@angular/core';

@Component({ selector: 'pw-problems-panel', template: '' })
export class ProblemsPanel {}
