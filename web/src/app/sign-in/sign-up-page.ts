import { Component } from '@angular/core';

@Component({ selector: 'pw-sign-up-page', template: '' })
export class SignUpPage {}
