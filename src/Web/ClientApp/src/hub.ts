import './hub.css';

/** Buttons that copy a text: they show themselves where the browser can copy at all. */
function offerCopying(root: ParentNode): void {
  if (!isSecureContext) return; // There is no clipboard over plain HTTP on a LAN.
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      void copy(button);
    });
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const label = button.querySelector("[data-label]");
  const done = button.dataset["done"];
  try {
    await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
  } catch {
    return; // The address stands beside the button and can be selected.
  }
  if (!label || !done) return;
  const before = label.textContent;
  label.textContent = done;
  setTimeout(() => {
    label.textContent = before;
  }, 2000);
}

/** Forms that should be asked about before they are sent. */
function askFirst(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-confirm]")) {
    form.addEventListener("submit", (event) => {
      if (!confirm(form.dataset["confirm"])) event.preventDefault();
    });
  }
}

/**
 * A draft needs an address of its own, which only a POST makes. Where the page has nothing else to show, the form that asks
 * for it sends itself.
 */
function showDrafts(root: ParentNode): void {
  root.querySelector<HTMLFormElement>("form[data-send-itself]")?.requestSubmit();
}

/** Ctrl+S or Cmd+S saves, and unsaved text is not lost by a click on a link. */
function helpWriting(source: HTMLTextAreaElement): void {
  const form = source.form;
  let saved = source.value;
  source.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form?.requestSubmit();
    }
  });
  form?.addEventListener("submit", () => {
    saved = source.value;
  });
  addEventListener("beforeunload", (event) => {
    if (source.value !== saved) event.preventDefault();
  });
}

offerCopying(document);
askFirst(document);
showDrafts(document);
for (const source of document.querySelectorAll<HTMLTextAreaElement>("textarea.source")) helpWriting(source);
