import { Controller } from "@hotwired/stimulus";

type Plain = Record<string, unknown>;
interface Descriptor {
  id: string;
  type: PublicKeyCredentialType;
  transports?: AuthenticatorTransport[];
}

/**
 * Ask the authenticator of this device before a form leaves, and send its answer with it.
 *
 * `<form data-controller="passkey" data-action="submit->passkey#ask">` holds a field
 * `data-passkey-target="answer"`, and the server's options as JSON (`json_script`); without them
 * they are fetched from the form's own address. `data-passkey-kind-value="create"` makes a passkey.
 */
export default class PasskeyController extends Controller<HTMLFormElement> {
  static override values = { kind: { type: String, default: "get" } };
  static override targets = ["answer", "error", "unsupported", "refused", "known", "failed"];
  declare readonly kindValue: string;
  declare readonly answerTarget: HTMLInputElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly unsupportedTarget: HTMLElement;
  declare readonly refusedTarget: HTMLElement;
  declare readonly knownTarget: HTMLElement;
  declare readonly failedTarget: HTMLElement;
  private waiting = false;

  async ask(event: Event): Promise<void> {
    if (this.answerTarget.value) return;
    event.preventDefault();
    if (this.waiting) return;
    this.waiting = true;
    this.errorTarget.hidden = true;
    try {
      const answer = await this.answered();
      if (!answer) return;
      this.answerTarget.value = JSON.stringify(answer);
      this.element.submit();
    } finally {
      this.waiting = false;
    }
  }

  private async answered(): Promise<Plain | null> {
    if (!("credentials" in navigator) || !("PublicKeyCredential" in window)) return this.say(this.unsupportedTarget);
    const options = await this.options();
    if (!options) return this.say(this.failedTarget);
    try {
      return this.kindValue === "create" ? await this.created(options) : await this.gotten(options);
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      if (name === "SecurityError") return this.say(this.unsupportedTarget);
      return this.say(name === "InvalidStateError" ? this.knownTarget : this.refusedTarget);
    }
  }

  private say(words: HTMLElement): null {
    this.errorTarget.textContent = words.textContent;
    this.errorTarget.hidden = false;
    return null;
  }

  private async options(): Promise<Plain | null> {
    const held = this.element.querySelector('script[type="application/json"]')?.textContent;
    try {
      const read = held
        ? (JSON.parse(held) as Plain)
        : ((await (await fetch(this.element.action, { headers: { Accept: "application/json" } })).json()) as Plain);
      const options = (read.creation_options ?? read.request_options) as Plain | undefined;
      return (options?.publicKey as Plain | undefined) ?? null;
    } catch {
      return null;
    }
  }

  private async created(options: Plain): Promise<Plain> {
    const user = options.user as Plain;
    const alone = this.element.querySelector<HTMLInputElement>('input[name="passwordless"]')?.checked ?? false;
    const credential = (await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...user, id: bytes(user.id) },
        excludeCredentials: descriptors(options.excludeCredentials),
        authenticatorSelection: {
          ...(options.authenticatorSelection as Plain | undefined),
          residentKey: alone ? "required" : "discouraged",
          requireResidentKey: alone,
          userVerification: alone ? "required" : "preferred",
        },
      } as unknown as PublicKeyCredentialCreationOptions,
    })) as PublicKeyCredential;
    const response = credential.response as AuthenticatorAttestationResponse;
    return {
      ...common(credential),
      response: {
        clientDataJSON: text(response.clientDataJSON),
        attestationObject: text(response.attestationObject),
        transports: response.getTransports?.() ?? [],
      },
    };
  }

  private async gotten(options: Plain): Promise<Plain> {
    const credential = (await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: descriptors(options.allowCredentials),
      } as unknown as PublicKeyCredentialRequestOptions,
    })) as PublicKeyCredential;
    const response = credential.response as AuthenticatorAssertionResponse;
    return {
      ...common(credential),
      response: {
        clientDataJSON: text(response.clientDataJSON),
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        userHandle: response.userHandle ? text(response.userHandle) : null,
      },
    };
  }
}

function common(credential: PublicKeyCredential): Plain {
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function descriptors(given: unknown): PublicKeyCredentialDescriptor[] {
  return ((given ?? []) as Descriptor[]).map((one) => ({ ...one, id: bytes(one.id) }));
}

/** Base64 of URLs (RFC 4648, section 5), as WebAuthn's JSON writes bytes. */
function bytes(given: unknown): Uint8Array<ArrayBuffer> {
  const plain = atob(String(given).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(given: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(given)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
