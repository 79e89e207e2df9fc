// Passkey ceremonies: registration and sign-in, with autofill where the browser has it.
//
// Markup: <div data-passkey="register|first-run|sign-in" data-csrf data-context [data-autofill]> holding
// a button [data-passkey-start], a line [data-passkey-status] and an alert [data-passkey-problem].
// This script decides nothing: it carries bytes between the browser and the server, and the
// server checks all of them again.

const PATHS = {
  "register": { options: "/security-info/passkeys/options", finish: "/security-info/passkeys" },
  "first-run": { options: "/first-run/passkey/options", finish: "/first-run/passkey" },
  "sign-in": { options: "/sign-in/options", finish: "/sign-in/passkey" },
};

// Challenges live five minutes; a waiting autofill is given a new one before that.
const AUTOFILL_RENEWAL_MS = 4 * 60 * 1000;

// ---- base64url, for browsers without the JSON methods of WebAuthn Level 3 ----

function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  let letters = "";
  for (const byte of new Uint8Array(buffer)) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytesAsIds(list) {
  return (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));
}

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  // Extension inputs with bytes need the real parser; without it we do without extensions.
  const { extensions: _, ...options } = json;
  return {
    ...options,
    challenge: toBytes(json.challenge),
    user: { ...json.user, id: toBytes(json.user.id) },
    excludeCredentials: withBytesAsIds(json.excludeCredentials),
  };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  const { extensions: _, ...options } = json;
  return {
    ...options,
    challenge: toBytes(json.challenge),
    allowCredentials: withBytesAsIds(json.allowCredentials),
  };
}

function credentialToJson(credential) {
  // Some password managers hand out an object whose toJSON throws or is missing.
  try {
    const json = credential.toJSON();
    if (json?.response?.clientDataJSON) return json;
  } catch {
    // The long way below.
  }
  const { response } = credential;
  const json = {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults?.() ?? {},
    response: { clientDataJSON: toText(response.clientDataJSON) },
  };
  if (credential.authenticatorAttachment) {
    json.authenticatorAttachment = credential.authenticatorAttachment;
  }
  if (response.attestationObject) {
    json.response.attestationObject = toText(response.attestationObject);
    json.response.transports = response.getTransports?.() ?? [];
  } else {
    json.response.authenticatorData = toText(response.authenticatorData);
    json.response.signature = toText(response.signature);
    if (response.userHandle) json.response.userHandle = toText(response.userHandle);
  }
  return json;
}

// ---- what went wrong, in plain words ----

/** A problem that already is what, why and next. */
class Problem extends Error {
  constructor(parts) {
    super(parts.what);
    this.parts = parts;
  }
}

const CANCELLED = {
  "register": {
    what: "No passkey was created.",
    why: "The window of your browser was closed, or it waited too long.",
    next: "Try again. If your phone did not appear, turn Bluetooth on at both devices.",
  },
  "sign-in": {
    what: "You are not signed in yet.",
    why: "The window of your browser was closed, waited too long, or found no passkey for this site on this device.",
    next: "Try again, and choose your phone or a security key if the passkey is there. With a phone, Bluetooth must be on at both devices.",
  },
};

function inPlainWords(error, registers) {
  if (error instanceof Problem) return error.parts;
  switch (error?.name) {
    case "NotAllowedError":
    case "TimeoutError":
      return CANCELLED[registers ? "register" : "sign-in"];
    case "InvalidStateError":
      return {
        what: "This device already holds a passkey for your account.",
        why: "Each device or provider keeps one passkey per account here.",
        next: "Use that passkey, or create one on another device.",
      };
    case "ConstraintError":
      return {
        what: "This device cannot make such a passkey.",
        why: "A passkey must be kept on the device and unlocked by face, fingerprint or PIN.",
        next: "Set a screen lock, or a PIN for your security key, and try again.",
      };
    case "NotSupportedError":
      return {
        what: "This device cannot make such a passkey.",
        why: "It supports none of the kinds of key that are accepted here.",
        next: "Try another device or a newer security key.",
      };
    case "SecurityError":
      return {
        what: "Passkeys do not work at this address.",
        why: `${location.origin} does not belong to the site that the passkeys are made for, or is not secure.`,
        next: "Open the address your organisation gave you. Administrators: check the setting public-url.",
      };
    case "TypeError":
      return {
        what: "The browser could not use the answer of the server.",
        why: String(error.message),
        next: "Load the page again; if it happens again, update the browser.",
      };
    default:
      return {
        what: "The device reported an error.",
        why: String(error?.message ?? error),
        next: "Try again, or use another device.",
      };
  }
}

// ---- talking with the server ----

async function post(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "accept": "application/json" },
      body: JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      what: "The server cannot be reached.",
      why: "There is no answer from it.",
      next: "Check your connection and try again.",
    });
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    // Not JSON: a proxy in between, or a broken part. Told below.
  }
  if (response.ok && answer) return answer;
  throw new Problem(answer?.refusal ?? {
    what: "The server could not answer.",
    why: `It said ${response.status}.`,
    next: "Load the page again and try once more.",
  });
}

/** S88: a passkey that the server did not keep would otherwise stay and fail for ever. */
async function forget(unknown) {
  try {
    await PublicKeyCredential.signalUnknownCredential?.(unknown);
  } catch {
    // A hint only: the refusal also tells the person what to delete.
  }
}

// ---- the page ----

class Ceremony {
  constructor(root) {
    this.root = root;
    this.paths = PATHS[root.dataset.passkey];
    this.registers = root.dataset.passkey !== "sign-in";
    this.start = root.querySelector("[data-passkey-start]");
    this.status = root.querySelector("[data-passkey-status]");
    this.problem = root.querySelector("[data-passkey-problem]");
    this.waiting = null;
  }

  async begin() {
    if (!globalThis.PublicKeyCredential) {
      this.start.disabled = true;
      this.show({
        what: "This browser cannot use passkeys.",
        why: globalThis.isSecureContext ? "It is too old, or passkeys are switched off in it." : "The page was not opened over https.",
        next: globalThis.isSecureContext ? "Use a current version of Chrome, Edge, Firefox or Safari." : "Open the https address of this site.",
      });
      return;
    }
    this.start.addEventListener("click", () => this.run());
    // Coming back with the browser's "back" button finds a page that still says "Signing you in".
    addEventListener("pageshow", (event) => event.persisted && this.idle());
    if ("autofill" in this.root.dataset) await this.autofill();
  }

  body(more) {
    return { csrf: this.root.dataset.csrf, context: this.root.dataset.context, ...more };
  }

  async options(signal) {
    return (await post(this.paths.options, this.body(), signal)).publicKey;
  }

  /** The button: ask the server, ask the device, tell the server. */
  async run() {
    this.stopAutofill();
    this.show(null);
    this.start.disabled = true;
    this.say("Follow the steps your browser shows…");
    try {
      const json = await this.options();
      const credential = this.registers
        ? await navigator.credentials.create({ publicKey: creationOptions(json) })
        : await navigator.credentials.get({ publicKey: requestOptions(json) });
      await this.finish(credential);
    } catch (error) {
      await this.refused(error);
      await this.autofill();
    }
  }

  /** Passkeys among the suggestions of the name field, while the page just stands there. */
  async autofill() {
    if (!("autofill" in this.root.dataset)) return;
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const waiting = new AbortController();
    this.waiting = waiting;
    const renewal = setTimeout(() => {
      if (this.waiting === waiting) {
        this.stopAutofill();
        this.autofill();
      }
    }, AUTOFILL_RENEWAL_MS);
    try {
      const json = await this.options(waiting.signal);
      const credential = await navigator.credentials.get({
        mediation: "conditional",
        publicKey: requestOptions(json),
        signal: waiting.signal,
      });
      await this.finish(credential);
    } catch (error) {
      // Nobody asked for this part yet, so only a real refusal is worth a word.
      const refused = error instanceof Problem && error.parts.code;
      if (this.waiting === waiting && refused) await this.refused(error);
    } finally {
      clearTimeout(renewal);
    }
  }

  /** Only one request may be open: a click takes over from the waiting autofill. */
  stopAutofill() {
    this.waiting?.abort();
    this.waiting = null;
  }

  async finish(credential) {
    this.start.disabled = true;
    this.say(this.registers ? "Registering your passkey…" : "Signing you in…");
    const answer = await post(this.paths.finish, this.body({ credential: credentialToJson(credential) }));
    const target = new URL(answer.location, location.origin);
    // Only a path of our own: an answer must not be able to send people elsewhere.
    if (target.origin !== location.origin) throw new TypeError("the next page is not of this site");
    location.assign(target.href);
  }

  async refused(error) {
    const parts = inPlainWords(error, this.registers);
    this.idle();
    this.show(parts);
    if (parts.unknownCredential) await forget(parts.unknownCredential);
  }

  idle() {
    this.start.disabled = false;
    this.say("");
  }

  say(text) {
    this.status.textContent = text;
  }

  show(parts) {
    this.problem.replaceChildren();
    if (!parts) return;
    const lines = document.createElement("div");
    lines.append(paragraph("what", parts.what));
    if (parts.why) lines.append(paragraph("", parts.why));
    if (parts.next) lines.append(paragraph("next", parts.next));
    if (parts.correlationId) {
      const code = document.createElement("code");
      code.textContent = parts.correlationId;
      const line = paragraph("correlation", "Correlation id ");
      line.append(code);
      lines.append(line);
    }
    const box = document.createElement("div");
    box.className = "notice bad";
    box.append(lines);
    this.problem.append(box);
  }
}

function paragraph(className, text) {
  const line = document.createElement("p");
  line.className = className;
  line.textContent = text;
  return line;
}

for (const root of document.querySelectorAll("[data-passkey]")) {
  new Ceremony(root).begin();
}
