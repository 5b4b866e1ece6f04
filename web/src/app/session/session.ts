/** Who is signed in and in which project: kept in the browser's storage, given to the API with each call. */
import { Injectable, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { Api, Credentials, ok } from '../api/api';
import type { AuthenticationResponse, Project } from '../api/schema';

const STORED = 'piecework.session';

/** What is kept between two visits. */
interface StoredSession {
  token: string;
  userId: string;
  platformId: string;
  projectId: string;
  firstName: string;
  lastName: string;
  email: string;
  platformRole: string;
}

export interface SignUpForm {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

@Injectable({ providedIn: 'root' })
export class Session {
  private readonly api = inject(Api);
  private readonly credentials = inject(Credentials);
  private readonly router = inject(Router);
  private readonly current = signal<StoredSession | null>(stored());

  readonly isSignedIn = computed(() => this.current() !== null);
  readonly token = computed(() => this.current()?.token ?? null);
  readonly userId = computed(() => this.current()?.userId ?? '');
  readonly projectId = computed(() => this.current()?.projectId ?? '');
  readonly platformId = computed(() => this.current()?.platformId ?? '');
  readonly email = computed(() => this.current()?.email ?? '');
  readonly firstName = computed(() => this.current()?.firstName ?? '');
  readonly lastName = computed(() => this.current()?.lastName ?? '');
  readonly displayName = computed(() => `${this.current()?.firstName ?? ''} ${this.current()?.lastName ?? ''}`.trim());
  readonly isAdministrator = computed(() => this.current()?.platformRole === 'ADMIN');
  /** The projects that the user may enter; empty until `loadProjects`. */
  readonly projects = signal<Project[]>([]);
  readonly project = computed(() => this.projects().find((project) => project.id === this.projectId()));

  constructor() {
    this.credentials.token = this.token();
    this.credentials.refused = () => this.expire();
    // Another window of this browser signed in or out.
    window.addEventListener('storage', (event) => {
      if (event.key === STORED) this.take(stored(), false);
    });
  }

  async signIn(email: string, password: string): Promise<void> {
    this.begin(await ok(this.api.POST('/authentication/sign-in', { body: { email, password } })));
  }

  async signUp(form: SignUpForm): Promise<void> {
    this.begin(await ok(this.api.POST('/authentication/sign-up', { body: { ...form, trackEvents: false, newsLetter: false } })));
  }

  signOut(): void {
    this.take(null);
    void this.router.navigate(['/sign-in']);
  }

  async loadProjects(): Promise<void> {
    const page = await ok(this.api.GET('/projects', { params: { query: { limit: 100 } } }));
    this.projects.set(page.data);
    const first = page.data[0];
    if (first && !this.project()) this.enter(first.id);
  }

  /** Goes on in another project. */
  enter(projectId: string): void {
    const session = this.current();
    if (session) this.take({ ...session, projectId });
  }

  /** The user changed his name. */
  rename(firstName: string, lastName: string): void {
    const session = this.current();
    if (session) this.take({ ...session, firstName, lastName });
  }

  private begin(answer: AuthenticationResponse): void {
    const { token, id: userId, platformId, projectId, firstName, lastName, email, platformRole } = answer;
    this.take({ token, userId, platformId, projectId: projectId ?? '', firstName, lastName, email, platformRole });
  }

  private expire(): void {
    if (!this.current()) return;
    this.take(null);
    void this.router.navigate(['/sign-in'], { queryParams: { from: this.router.url, expired: true } });
  }

  private take(session: StoredSession | null, keep = true): void {
    this.current.set(session);
    this.credentials.token = session?.token ?? null;
    if (!session) this.projects.set([]);
    if (!keep) return;
    if (session) localStorage.setItem(STORED, JSON.stringify(session));
    else localStorage.removeItem(STORED);
  }
}

function stored(): StoredSession | null {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? 'null') as StoredSession | null;
  } catch {
    return null;
  }
}
