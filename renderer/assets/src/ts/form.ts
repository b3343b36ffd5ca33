// Forms of an e-service: conditions answered at once, rows added and removed in place, files uploaded with progress, and
// what has been written saved now and then. Everything is the same post that a button makes.
import { snapshot, take } from "./swap";

const pause = 20_000; // of stillness before what is written is saved
// One request at a time: each carries the draft's revision, and two at once would look like two tabs. What is pressed meanwhile waits
// for the answer, which brings the revision.
let underWay = false;
let waiting: { op: string } | { submit: string } | undefined;
let saveTimer = 0;

export function watchForms(): void {
  document.addEventListener("change", (e) => {
    const target = e.target as HTMLElement;
    const form = target.closest<HTMLFormElement>("form[data-form]");
    if (!form) return;
    if (target instanceof HTMLInputElement && target.type === "file") {
      const box = target.closest<HTMLElement>("[data-upload]");
      if (box && target.files?.length) upload(form, box, target);
    } else if (target.closest("[data-live]") && !unfinished(target)) {
      void post(form, "update");
    }
  });
  document.addEventListener("input", (e) => {
    const form = (e.target as HTMLElement).closest<HTMLFormElement>("form[data-autosave]");
    if (!form) return;
    clearTimeout(saveTimer);
    saveTimer = window.setTimeout(() => void save(form), pause);
  });
  document.addEventListener("visibilitychange", () => {
    const form = document.querySelector<HTMLFormElement>("form[data-autosave]");
    if (document.visibilityState === "hidden" && saveTimer && form) void save(form);
  });
  document.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    const button = e.submitter as HTMLButtonElement | null;
    clearTimeout(saveTimer);
    saveTimer = 0;
    if (form.dataset.form && underWay && button?.name === "op") {
      e.preventDefault();
      waiting = { submit: button.value };
      return;
    }
    if (e.defaultPrevented || !form.dataset.form || button?.name !== "op" || !/^(update$|(add|remove|up|down|open|close|window)(\/|$)|(remove-file|lookup|pick)\/)/.test(button.value)) return;
    e.preventDefault();
    void post(form, button.value);
  });
}

/** A date of which the year has been written and not the day yet is not wrong, and answers no condition. */
function unfinished(target: HTMLElement): boolean {
  return Array.from(target.closest(".st-date")?.querySelectorAll("input") ?? []).some((part) => !part.value);
}

/** The fields as posted, files left out. */
function fields(form: HTMLFormElement, op: string): URLSearchParams {
  const out = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") out.append(name, value);
  });
  out.set("op", op);
  return out;
}

async function post(form: HTMLFormElement, op: string): Promise<void> {
  if (underWay) {
    waiting ??= { op };
    return;
  }
  underWay = true;
  const held = snapshot(form);
  const open = openRow(form, op);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields(form, op), credentials: "same-origin" });
    const html = await answer.text();
    await released();
    // What a register said is reached, and read out, at once.
    const button = form.querySelector<HTMLElement>(`button[value="${CSS.escape(op)}"]`);
    take(html, answer.url, form, held, button?.dataset.result);
    focusAfter(op, open);
  } catch {
    waiting = undefined;
    form.removeAttribute("aria-busy");
    submit(form, op);
  } finally {
    done(form.dataset.form ?? "");
  }
}

/** Goes on with what was pressed while a request was under way, on the form as it is now. */
function done(page: string): void {
  underWay = false;
  const next = waiting;
  waiting = undefined;
  const form = document.querySelector<HTMLFormElement>(`form[data-form="${CSS.escape(page)}"]`);
  if (!next || !form) return;
  if ("op" in next) void post(form, next.op);
  else form.requestSubmit(Array.from(form.querySelectorAll<HTMLButtonElement>("button[name=op]")).find((b) => b.value === next.submit));
}

let pressed = false;
document.addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => (pressed = false), true);

/** Waits until no button is held down: one that is replaced under the finger is never clicked. */
async function released(): Promise<void> {
  while (pressed) await new Promise((go) => setTimeout(go, 30));
}

/** The script could not: the browser does it, and shows what is wrong itself. */
function submit(form: HTMLFormElement, op: string): void {
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "op", value: op });
  form.append(hidden);
  form.submit();
}

const control = "input:not([type=hidden]), select, textarea";

function button(op: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`button[name=op][value="${CSS.escape(op)}"]`);
}

/** The row that is open before a button closes it. */
function openRow(form: HTMLFormElement, op: string): string {
  const at = op.startsWith("close") ? op.slice("close".length) : "";
  return form.querySelector<HTMLInputElement>(`input[name="${CSS.escape("o" + at)}"]`)?.value ?? "";
}

/** Moves the focus to what a button brought: the new row, the group that was added, the row that was opened, or the line of the one that was closed. */
function focusAfter(op: string, open: string): void {
  const [what, at] = /^([a-z-]+)(.*)$/.exec(op)?.slice(1) ?? [];
  let to: HTMLElement | null | undefined;
  if (what === "add") {
    const list = button(op)?.previousElementSibling;
    const rows = list?.matches(".st-table, .st-lines") ? list.querySelectorAll("tr, .st-line--open") : list ? [list] : [];
    const group = button("remove" + at)?.closest("fieldset, .st-group");
    to = (rows[rows.length - 1] ?? group)?.querySelector<HTMLElement>(control);
  } else if (what === "open") {
    to = button("close" + at.slice(0, at.lastIndexOf("/")))?.closest(".st-line")?.querySelector<HTMLElement>(control);
  } else if (what === "close") {
    to = button(`open${at}/${open}`);
  } else if (what === "window") {
    to = button("open" + at);
  }
  to?.focus();
}

/** Saves without touching the page, unless the controls have got other names (rows that are stored now). */
async function save(form: HTMLFormElement): Promise<void> {
  saveTimer = 0;
  if (!form.isConnected || underWay) return;
  underWay = true;
  const held = snapshot(form);
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields(form, "update"), keepalive: true, credentials: "same-origin" });
    const html = await answer.text();
    const next = new DOMParser().parseFromString(html, "text/html").querySelector<HTMLFormElement>(`form[data-form="${CSS.escape(form.dataset.form ?? "")}"]`);
    if (!next || !answer.ok) return;
    if (names(next) !== names(form)) {
      take(html, answer.url, form, held);
    } else {
      form.querySelectorAll<HTMLInputElement>("input[type=hidden]").forEach((old, i) => {
        const fresh = next.querySelectorAll<HTMLInputElement>("input[type=hidden]")[i];
        if (fresh && fresh.name === old.name) old.value = fresh.value;
      });
    }
    const note = document.querySelector<HTMLElement>("[data-saved-at]");
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    if (note) note.textContent = (form.dataset.saved ?? "").replace("{time}", time);
  } catch {
    // Nothing is lost: it is all on the page still, and goes with the next post.
  } finally {
    done(form.dataset.form ?? "");
  }
}

function names(form: HTMLFormElement): string {
  return Array.from(form.elements, (e) => (e as HTMLInputElement).name).join("\n");
}

function upload(form: HTMLFormElement, box: HTMLElement, input: HTMLInputElement): void {
  const name = Array.from(input.files ?? [], (f) => f.name).join(", ");
  const label = (form.dataset.uploading ?? "").replace("{name}", name);
  const status = document.createElement("div");
  status.className = "st-progress";
  status.setAttribute("role", "status");
  const text = document.createElement("p");
  text.textContent = label;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", label);
  status.append(text, bar);
  box.append(status);
  box.classList.add("st-upload--busy");
  const body = new FormData(form);
  body.set("op", box.dataset.upload ?? "");
  const held = snapshot(form);
  const failed = (): void => {
    status.setAttribute("role", "alert");
    bar.remove();
    text.textContent = (form.dataset.failed ?? "").replace("{name}", name);
    box.classList.remove("st-upload--busy");
    input.value = "";
  };
  const request = new XMLHttpRequest(); // fetch tells nothing of progress
  request.open("POST", form.action);
  request.upload.onprogress = (e) => {
    if (e.lengthComputable) bar.value = (100 * e.loaded) / e.total;
  };
  request.onload = () => (request.responseText.includes("<main") ? take(request.responseText, request.responseURL, form, held, input.id) : failed());
  request.onerror = failed;
  request.send(body);
}
