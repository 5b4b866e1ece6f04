import { Component } from '@angular/core';

@Component({ selector: 'pw-versions-panel', template: '' })
export class VersionsPanel {}
