// Before one is logged out for stillness a dialog says so and lets one stay (WCAG 2.2, 2.2.1); its other button is the page's own
// form that logs out. Tabs tell each other.

const key = "st-active";

export function watchIdle(): void {
  const dialog = document.getElementById("idle") as HTMLDialogElement | null;
  if (!dialog) return;
  const seconds = Number(dialog.dataset.seconds);
  const warn = Number(dialog.dataset.warn);
  const left = dialog.querySelector(".st-dialog__left")!;
  let end = 0;
  let said = -1;

  const active = (tell: boolean): void => {
    end = Date.now() + seconds * 1000;
    if (dialog.open) dialog.close();
    if (tell) localStorage.setItem(key, String(Date.now()));
  };
  const leave = (): void => location.assign(dialog.dataset.logout ?? "/");
  // The server keeps a session a little longer than was announced, so it is told that this one is over before the page says so.
  const expire = async (): Promise<void> => {
    clearInterval(watch);
    const out = document.getElementById("logout") as HTMLFormElement | null;
    if (out) await fetch(out.action, { method: "POST", body: new URLSearchParams({ csrf: dialog.dataset.csrf ?? "" }), credentials: "same-origin", redirect: "manual" }).catch(() => undefined);
    leave();
  };
  const extend = async (): Promise<void> => {
    const answer = await fetch(dialog.dataset.extend ?? "", { method: "POST", body: new URLSearchParams({ csrf: dialog.dataset.csrf ?? "" }), credentials: "same-origin" });
    if (answer.ok) active(true);
    else leave();
  };

  active(true);
  window.addEventListener("storage", (e) => {
    if (e.key === key) active(false);
  });
  dialog.addEventListener("cancel", (e) => {
    e.preventDefault(); // Escape means: I am here
    void extend();
  });
  dialog.querySelector("[data-idle=extend]")!.addEventListener("click", () => void extend());
  const watch = setInterval(() => {
    const rest = (end - Date.now()) / 1000;
    if (rest <= 0) return void expire();
    if (rest > warn) return;
    if (!dialog.open) dialog.showModal();
    const minutes = Math.ceil(rest / 60);
    if (minutes === said) return; // a screen reader hears it once a minute, not once a second
    said = minutes;
    left.textContent = minutes === 1 ? (dialog.dataset.one ?? "") : (dialog.dataset.other ?? "").replace("{n}", String(minutes));
  }, 1000);
}
