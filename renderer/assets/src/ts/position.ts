// "Use my position": the browser is asked where it is, and the two numbers are filled in. Nothing is sent anywhere but with the form.

export function enhancePositions(root: ParentNode): void {
  if (!("geolocation" in navigator)) return;
  root.querySelectorAll<HTMLElement>("[data-position]").forEach((box) => {
    const lat = document.getElementById(box.dataset.lat ?? "") as HTMLInputElement | null;
    const long = document.getElementById(box.dataset.long ?? "") as HTMLInputElement | null;
    if (!lat || !long) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ds-button";
    button.dataset.variant = "secondary";
    button.textContent = box.dataset.button ?? "";
    const status = document.createElement("p");
    status.className = "st-hint";
    status.setAttribute("role", "status");
    box.prepend(button, status);
    const decimal = document.documentElement.lang.startsWith("sv") ? "," : ".";
    const put = (input: HTMLInputElement, degrees: number): void => {
      input.value = degrees.toFixed(5).replace(".", decimal); // about a metre
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    button.addEventListener("click", () => {
      status.textContent = box.dataset.busy ?? "";
      navigator.geolocation.getCurrentPosition(
        (p) => {
          put(lat, p.coords.latitude);
          put(long, p.coords.longitude);
          status.textContent = box.dataset.done ?? "";
        },
        () => (status.textContent = box.dataset.failed ?? ""),
        { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
      );
    });
  });
}
