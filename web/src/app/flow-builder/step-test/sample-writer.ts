/** Sets the sample data of a step to a value that was received or written by hand. */
import { Injectable, inject } from '@angular/core';
import { Api, ok } from '../../api/api';
import { FlowBuilder } from '../flow-builder';

@Injectable()
export class SampleWriter {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);

  async save(stepName: string, payload: unknown): Promise<void> {
    await this.builder.settled();
    const body = { type: 'SAVE_SAMPLE_DATA', request: { stepName, payload, type: 'OUTPUT' } };
    await ok(this.api.POST('/flows/{id}', { params: { path: { id: this.builder.flowId() } }, body: body as never }));
    await this.builder.reload();
  }
}
