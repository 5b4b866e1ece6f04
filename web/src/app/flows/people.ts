import { Injectable, computed, inject, resource } from '@angular/core';
import { Api, ok } from '../api/api';
import { Session } from '../session/session';

/** The names of the platform's users, by id. */
@Injectable({ providedIn: 'root' })
export class People {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly users = resource({
    params: () => this.session.platformId(),
    loader: () => ok(this.api.GET('/users', { params: { query: { limit: 1000 } } })),
  });
  private readonly names = computed(() => {
    const users = this.users.hasValue() ? this.users.value().data : [];
    return new Map(users.map((user) => [user.id, `${user.firstName} ${user.lastName}`.trim()]));
  });

  /** A user's name; nothing for one who has left. */
  nameOf(id: string | null | undefined): string {
    return (id && this.names().get(id)) || '';
  }
}
