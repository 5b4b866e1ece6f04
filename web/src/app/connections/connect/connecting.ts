/** What it takes to make a connection: how its piece is connected, the consent of OAuth2, and saving. */
import { Injectable, inject } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { Connection } from '../../api/schema';
import { Pieces } from '../../design/pieces';
import { Session } from '../../session/session';
import { type AuthKind, authKindsOf } from './auth-kinds';
import { type Consent, type ConnectionValue, type OAuthClient, connectionValue } from './connection-value';
import { type OpenedConsent, REDIRECT_URL } from './consent-window';

/** Who may use a connection: this project, or those that an administrator chooses. */
export interface Sharing {
  projectIds: readonly string[];
  forNewProjects: boolean;
}

/** A connection to make, or the one of this `externalId` to make anew. */
export interface Wanted {
  externalId: string;
  displayName: string;
  pieceName: string;
  pieceVersion: string | undefined;
  /** Null for a connection of the project. */
  sharing: Sharing | null;
}

/** The forms of a piece: of its present version where the wanted one is not installed. */
export interface Forms {
  pieceVersion: string;
  displayName: string;
  kinds: AuthKind[];
  /** The client id of the platform's registration at the service; empty without one. */
  platformClientId: string;
}

@Injectable({ providedIn: 'root' })
export class Connecting {
  private readonly api = inject(Api);
  private readonly pieces = inject(Pieces);
  private readonly session = inject(Session);
  private readonly redirectUrl = inject(REDIRECT_URL);

  async forms(pieceName: string, version: string | undefined): Promise<Forms> {
    const metadata = await this.pieces.metadata(pieceName, version).catch(() => this.pieces.metadata(pieceName));
    const kinds = authKindsOf(metadata.auth);
    const platformClientId = kinds.some((kind) => kind.type === 'OAUTH2') ? await this.platformClient(pieceName) : '';
    return { pieceVersion: metadata.version, displayName: metadata.displayName, kinds, platformClientId };
  }

  /** Takes the person through the consent page in the window that is open, and returns what the claim needs. Throws NoConsent, ApiProblem. */
  async consent(
    opened: OpenedConsent,
    { pieceName, pieceVersion }: Wanted,
    kind: AuthKind,
    values: Record<string, unknown>,
    client: OAuthClient,
  ): Promise<Consent> {
    try {
      const { props } = connectionValue(kind, values, client);
      const body = {
        pieceName,
        pieceVersion,
        projectId: this.session.projectId(),
        clientId: client.clientId,
        redirectUrl: this.redirectUrl,
        props: props as Record<string, unknown>,
      };
      const { authorizationUrl, codeVerifier, state } = await ok(this.api.POST('/app-connections/oauth2/authorization-url', { body }));
      return { code: await opened.code(authorizationUrl, state), codeVerifier, redirectUrl: this.redirectUrl };
    } finally {
      opened.close();
    }
  }

  /** Saves a connection; the piece tries it first. */
  save({ sharing, ...wanted }: Wanted, value: ConnectionValue): Promise<Connection> {
    const common = { ...wanted, type: value.type, value };
    if (!sharing) return ok(this.api.POST('/app-connections', { body: { ...common, projectId: this.session.projectId() } as never }));
    const { projectIds, forNewProjects } = sharing;
    const body = { ...common, scope: 'PLATFORM', projectIds, preSelectForNewProjects: forNewProjects };
    return ok(this.api.POST('/global-connections', { body: body as never }));
  }

  private async platformClient(pieceName: string): Promise<string> {
    const { data } = await ok(this.api.GET('/oauth-apps', { params: { query: { pieceName } } }));
    return data[0]?.clientId ?? '';
  }
}
