import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why a request is refused; undefined lets it in. */
export type Refusal = string | undefined;

/** How long the browser may take to start. */
const ticketMs = 2 * 60_000;

/**
 * Who may talk to the server: whoever has its token, through the server's own name, from the server's own pages.
 * The token is compared in constant time.
 */
export class Access {
  /** 256 random bits, in letters that need no escapes in URLs and cookies. */
  readonly token = randomBytes(32).toString('base64url');
  private readonly port: number;
  /** For the command line that opens the browser, which others on this computer can read: good for one use. */
  private ticket: { readonly digest: Buffer; readonly until: number } | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** Cookies are shared by all ports of a host. */
  private get cookieName(): string {
    return `brushwood-${this.port}`;
  }

  /** The address people open. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/?token=${this.token}`;
  }

  /** The same for one use, soon. */
  issueTicketUrl(now = Date.now()): string {
    const ticket = randomBytes(32).toString('base64url');
    this.ticket = { digest: digestOf(ticket), until: now + ticketMs };
    return `http://127.0.0.1:${this.port}/?token=${ticket}`;
  }

  /**
   * Checks what a browser says of itself: a name that another site made to point here (DNS rebinding), or a page of another
   * site. A browser cannot be made to lie about these.
   */
  refusesSender(headers: IncomingHttpHeaders): Refusal {
    const hosts = [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
    const { host = '', origin } = headers;
    if (!hosts.includes(host.toLowerCase())) return 'This server answers to its own address only.';
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
      return 'This server answers to its own pages only.';
    }
    return undefined;
  }

  /** Further requests come from the page itself, never from another site's. */
  refusesSite(headers: IncomingHttpHeaders): Refusal {
    const site = headers['sec-fetch-site'];
    const isOwn = site === undefined || site === 'same-origin' || site === 'none';
    return isOwn ? undefined : 'This server answers to its own pages only.';
  }

  /** Is this token, from a URL, ours? A ticket is used up by it. */
  acceptsToken(token: string, now = Date.now()): boolean {
    const digest = digestOf(token);
    const isToken = timingSafeEqual(digest, digestOf(this.token));
    const isTicket =
      this.ticket !== undefined && timingSafeEqual(digest, this.ticket.digest) && now <= this.ticket.until;
    if (isTicket) this.ticket = undefined;
    return isToken || isTicket;
  }

  /** Does a request carry the cookie, or the token as `Authorization: Bearer`? */
  isKnown({ cookie = '', authorization = '' }: IncomingHttpHeaders): boolean {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const prefix = `${this.cookieName}=`;
    const cookies = cookie.split(';').map((part) => part.trim());
    const given = bearer ?? cookies.find((part) => part.startsWith(prefix))?.slice(prefix.length);
    return given !== undefined && timingSafeEqual(digestOf(given), digestOf(this.token));
  }

  /** Keeps the token in the browser, out of reach of scripts and of other sites, until the browser is closed. */
  setCookie(): string {
    return `${this.cookieName}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }
}

/** Of equal length for all texts, so that they can be compared in constant time. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
