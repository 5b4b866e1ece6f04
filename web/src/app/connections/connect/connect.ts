/** Makes connections: the dialog that asks for a piece, a name and what the service wants to know. It is loaded when it is first needed. */
import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import type { Connection } from '../../api/schema';

export interface ConnectRequest {
  /** The piece to connect; without one the dialog asks. */
  pieceName?: string;
  pieceVersion?: string;
  /** A connection to make anew: its name in flows stays, so that they need no change. */
  again?: Connection;
  /** The name that a flow knows the connection by, where it is missing here. */
  externalId?: string;
}

@Injectable({ providedIn: 'root' })
export class Connect {
  private readonly dialog = inject(MatDialog);

  /** The connection that was made; nothing when the user changed his mind. */
  async ask(request: ConnectRequest = {}): Promise<Connection | undefined> {
    const { ConnectDialog } = await import('./connect-dialog');
    const options = { data: request, width: '560px', maxWidth: '96vw', autoFocus: 'dialog' };
    const dialog = this.dialog.open<InstanceType<typeof ConnectDialog>, ConnectRequest, Connection>(ConnectDialog, options);
    return firstValueFrom(dialog.afterClosed());
  }
}
