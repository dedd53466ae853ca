/** Passkeys, and the word to other tabs that somebody signed in. */

interface PasskeyJson {
  parseCreationOptionsFromJSON(options: unknown): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON(options: unknown): PublicKeyCredentialRequestOptions;
}

/** WebAuthn is there in secure contexts alone, and its JSON forms are younger than itself (Chrome 129, Firefox 119, Safari 18.4). */
function passkeys(): PasskeyJson | null {
  if (!isSecureContext || typeof PublicKeyCredential === "undefined") return null;
  return "parseCreationOptionsFromJSON" in PublicKeyCredential ? (PublicKeyCredential) : null;
}

class Refused extends Error {
  constructor(readonly status: number) {
    super(`${status}`);
  }
}

async function askDevice(form: HTMLFormElement, json: PasskeyJson): Promise<Credential | null> {
  const answer = await fetch(form.dataset["options"] ?? "", { method: "POST", body: new FormData(form) });
  if (!answer.ok) throw new Refused(answer.status);
  const options: unknown = await answer.json();
  return form.dataset["passkey"] === "create"
    ? navigator.credentials.create({ publicKey: json.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: json.parseRequestOptionsFromJSON(options) });
}

function offer(form: HTMLFormElement, json: PasskeyJson): void {
  const field = form.elements.namedItem("credential") as HTMLInputElement;
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button) button.disabled = true;
    if (problem) problem.textContent = "";
    askDevice(form, json)
      .then((credential) => {
        if (!credential) throw new Error("none");
        field.value = JSON.stringify(credential);
        form.submit();
      })
      .catch((error: unknown) => {
        // Whoever closes the device's own question is not told more than that nothing happened.
        const why = error instanceof Refused && error.status === 400 ? problem?.dataset["refused"] : undefined;
        if (problem) problem.textContent = why ?? problem.dataset["problem"] ?? "";
        if (button) button.disabled = false;
      });
  });
}

const json = passkeys();
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  if (json) offer(form, json);
}
for (const note of document.querySelectorAll<HTMLElement>("[data-no-passkeys]")) note.hidden = json !== null;

const signedIn = document.querySelector<HTMLElement>("[data-signed-in]");
if (signedIn) {
  // An editor that met the end of its session waits for this, asks for a new antiforgery token and goes on.
  new BroadcastChannel("hub-session").postMessage({ type: "signed-in", userName: signedIn.dataset["signedIn"] });
}
