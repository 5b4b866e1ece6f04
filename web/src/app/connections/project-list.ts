import { computed, inject, resource, signal } from '@angular/core';
import { ProblemText } from '../design/notify';
import { Session } from '../session/session';

const ALL = 10_000;

/** All entries of one kind that the project has, read anew for another project, and the words that are searched for. Made where one may `inject`. */
export class ProjectList<T> {
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);

  constructor(private readonly load: (query: { projectId: string; limit: number }, signal: AbortSignal) => Promise<T[]>) {}

  private readonly read = resource({
    params: () => this.session.projectId(),
    loader: ({ params: projectId, abortSignal }) => this.load({ projectId, limit: ALL }, abortSignal),
  });
  readonly words = signal('');
  readonly all = computed(() => (this.read.hasValue() ? this.read.value() : []));
  readonly isLoading = this.read.isLoading;
  /** Whether there is none, as far as it is known. */
  readonly isEmpty = computed(() => this.read.hasValue() && this.all().length === 0);
  readonly failure = computed(() => (this.read.error() ? this.problems.of(this.read.error()) : ''));

  reload(): void {
    this.read.reload();
  }
}
