// Shows the form anew when it has changed. The board and its frames are whole pages without this.
const status = () => document.getElementById("pv-status");
const lost = document.getElementById("pv-lost");
let shown = status()?.dataset.seq;

const events = new EventSource("/handelser");
events.onopen = () => { if (lost) lost.hidden = true; };
events.onerror = () => { if (lost) lost.hidden = false; };
events.onmessage = async (e) => {
  if (e.data === shown) return;
  shown = e.data;
  const answer = await fetch(location.href).catch(() => undefined);
  if (!answer?.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const frames = document.querySelectorAll("iframe");
  if (next.querySelectorAll("iframe").length !== frames.length) { // the first form that works, or none any more
    location.reload();
    return;
  }
  for (const part of ["#pv-status", "#pv-controls", ...[...document.querySelectorAll(".pv-links")].map((_, i) => i)]) {
    const pick = (d) => typeof part === "string" ? d.querySelector(part) : d.querySelectorAll(".pv-links")[part];
    const fresh = pick(next);
    if (fresh) pick(document)?.replaceWith(document.adoptNode(fresh));
  }
  // The frame's own address, by GET: what has been typed in it has a name there.
  frames.forEach((f) => f.contentWindow.location.replace(f.contentWindow.location.pathname + f.contentWindow.location.search));
};

document.addEventListener("change", (e) => {
  if (e.target.closest?.("#pv-controls")) e.target.form.requestSubmit();
});
