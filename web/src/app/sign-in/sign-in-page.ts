import { Component } from '@angular/core';

@Component({ selector: 'pw-sign-in-page', template: '' })
export class SignInPage {}
