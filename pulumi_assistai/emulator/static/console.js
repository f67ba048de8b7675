"use strict";

// Shows what others change meanwhile. Without it, a page shows that when it is loaded again.
const MILLISECONDS = 3000;

const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]") !== null;

async function renew() {
  const answer = await fetch(location.href);
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = now.getElementById(part.id);
    if (newer && newer.innerHTML !== part.innerHTML && !isInUse(part)) part.replaceWith(newer);
  }
}

async function wait() {
  // An emulator that has stopped ends this too: the error stays in the browser's console.
  if (!document.hidden) await renew();
  setTimeout(wait, MILLISECONDS);
}

if (document.querySelector("[data-live]")) setTimeout(wait, MILLISECONDS);
