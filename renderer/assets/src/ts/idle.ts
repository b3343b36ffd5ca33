// Before one is logged out for stillness a dialog says so and lets one stay (WCAG 2.2, 2.2.1). Tabs tell each other.

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
  dialog.querySelector("[data-idle=logout]")!.addEventListener("click", leave);
  setInterval(() => {
    const rest = (end - Date.now()) / 1000;
    if (rest <= 0) return leave();
    if (rest > warn) return;
    if (!dialog.open) dialog.showModal();
    const minutes = Math.ceil(rest / 60);
    if (minutes === said) return; // a screen reader hears it once a minute, not once a second
    said = minutes;
    left.textContent = minutes === 1 ? (dialog.dataset.one ?? "") : (dialog.dataset.other ?? "").replace("{n}", String(minutes));
  }, 1000);
}
