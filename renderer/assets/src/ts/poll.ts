// The page of the e-legitimation: a QR code that changes each second, and how it goes.

/** img[data-refresh]: the same address anew every so many milliseconds, shown when it has come. */
export function refreshImages(): void {
  document.querySelectorAll<HTMLImageElement>("img[data-refresh]").forEach((first) => {
    let shown = first;
    let n = 0;
    const timer = setInterval(() => {
      const next = shown.cloneNode() as HTMLImageElement;
      const address = new URL(first.dataset.src ?? first.src, location.href);
      address.searchParams.set("t", String(++n));
      next.onload = () => {
        shown.replaceWith(next);
        shown = next;
      };
      next.src = address.href;
      if (!shown.isConnected) clearInterval(timer);
    }, Number(first.dataset.refresh));
  });
}

/** What the server says of an order: a text to show, where to go when it is over, and whether there is more to ask. */
interface Status {
  message?: string;
  next?: string;
  hideCode?: boolean; // the code has been read
  done?: boolean;
}

/** [data-poll]: asks the address and puts the message in, until it is told where to go. */
export function pollStatus(): void {
  document.querySelectorAll<HTMLElement>("[data-poll]").forEach((box) => {
    const ask = async (): Promise<void> => {
      try {
        const answer = await fetch(box.dataset.poll ?? "", { headers: { Accept: "application/json" }, credentials: "same-origin" });
        const status = (await answer.json()) as Status;
        if (status.next) return location.assign(status.next);
        if (status.message && box.textContent !== status.message) box.textContent = status.message;
        if (status.hideCode) document.querySelectorAll("img[data-refresh]").forEach((i) => i.remove());
        if (status.done) return;
      } catch {
        // Asked again; a button on the page does the same.
      }
      setTimeout(() => void ask(), Number(box.dataset.every ?? 2000));
    };
    void ask();
  });
}
