import { Component } from '@angular/core';

@Component({ selector: 'pw-top-bar', template: '' })
export class TopBar {}
