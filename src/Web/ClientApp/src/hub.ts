import './hub.css';
import { offerDropping } from './pages/drop.ts';
import { tellWhatIsLacking } from './pages/engine.ts';
import { searchWhileTyping } from './pages/search.ts';
import { followSmokeRuns } from './pages/smoke.ts';
import { showLocalTimes } from './pages/times.ts';
import { watchFrames, lookAtTemplates } from './pages/frames.ts';

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

/** Menus close where a person goes on: by Escape, and by a click beside them. */
function closeMenus(root: Document): void {
  root.addEventListener("click", (event) => {
    for (const menu of root.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  });
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? root.querySelector<HTMLDetailsElement>("details.menu[open]") : null;
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

offerCopying(document);
askFirst(document);
showDrafts(document);
closeMenus(document);
showLocalTimes(document);
watchFrames(document);
lookAtTemplates(document);
offerDropping(document);
tellWhatIsLacking(document);
followSmokeRuns(document);
searchWhileTyping(document);
