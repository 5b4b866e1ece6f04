import { Component } from '@angular/core';

@Component({ selector: 'pw-project-page', template: '' })
export class ProjectPage {}
