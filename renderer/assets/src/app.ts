// The pages are complete without this script; it only improves them.
document.documentElement.classList.add("js");
