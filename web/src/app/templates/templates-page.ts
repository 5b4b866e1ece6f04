import { Component } from '@angular/core';

@Component({ selector: 'pw-templates-page', template: '' })
export class TemplatesPage {}
