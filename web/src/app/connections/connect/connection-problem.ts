import { Component, computed, inject, input, resource } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../../api/api';
import type { Connection } from '../../api/schema';

/** Why steps cannot use a connection: what its service said, or that nobody has filled it in yet. */
@Component({
  selector: 'pw-connection-problem',
  imports: [TranslocoDirective],
  template: `<ng-container *transloco="let t">{{ problem() || t('connect.problem.' + connection().status) }}</ng-container>`,
  styles: `
    :host {
      overflow-wrap: anywhere;
    }
  `,
})
export class ConnectionProblem {
  readonly connection = input.required<Connection>();
  private readonly api = inject(Api);

  private readonly details = resource({
    // It is read again when the connection was tried again.
    params: () => (this.connection().status === 'ERROR' ? { id: this.connection().id, updated: this.connection().updated } : undefined),
    loader: ({ params: { id } }) => ok(this.api.GET('/app-connections/{id}', { params: { path: { id } } })),
  });
  protected readonly problem = computed(() => (this.details.hasValue() ? this.details.value().problem : ''));
}
