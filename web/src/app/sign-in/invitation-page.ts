import { Component } from '@angular/core';

@Component({ selector: 'pw-invitation-page', template: '' })
export class InvitationPage {}
