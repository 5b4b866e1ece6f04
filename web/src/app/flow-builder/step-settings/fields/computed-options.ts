/** `POST /pieces/options`: what a piece computes for a form that is being filled. */
import { Injectable, inject } from '@angular/core';
import { Api, ok } from '../../../api/api';
import { Session } from '../../../session/session';
import { FlowBuilder } from '../../flow-builder';
import { isTrigger } from '../../model/step';
import type { Choices, Properties, Property } from '../model/metadata';
import { StepForm } from '../step-form';

@Injectable()
export class ComputedOptions {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly builder = inject(FlowBuilder);
  private readonly form = inject(StepForm);

  /** What the property depends on, as a text that changes with it. Reads the form. */
  refreshersOf(property: Property): string {
    const input = this.form.input();
    const { pieceName, pieceVersion, actionName, triggerName } = this.form.settings();
    const values = ['auth', ...(property.refreshers ?? [])].map((name) => input[name] ?? null);
    return JSON.stringify([pieceName, pieceVersion, actionName, triggerName, values]);
  }

  choices(property: string, search: string, signal: AbortSignal): Promise<Choices> {
    return this.ask<Choices>(property, search, signal);
  }

  fields(property: string, signal: AbortSignal): Promise<Properties> {
    return this.ask<Properties>(property, '', signal);
  }

  private async ask<T>(property: string, search: string, signal: AbortSignal): Promise<T> {
    const step = this.form.step();
    const { pieceName = '', pieceVersion = '', actionName = '', triggerName = '' } = this.form.settings();
    const body = {
      projectId: this.session.projectId(),
      pieceName,
      pieceVersion,
      actionOrTriggerName: step && isTrigger(step) ? triggerName : actionName,
      propertyName: property,
      flowId: this.builder.flowId(),
      flowVersionId: this.builder.versionId(),
      input: this.form.input(),
      ...(search ? { searchValue: search } : {}),
    };
    return (await ok(this.api.POST('/pieces/options', { body, signal }))).options as unknown as T;
  }
}
