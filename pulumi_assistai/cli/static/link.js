"use strict";

const byId = (id) => document.getElementById(id);
let version = 0;

function showQr(state) {
  if (state.version === version) return;
  version = state.version;
  byId("qr").src = `qr.png?${version}`;
  byId("qr").hidden = false;
  byId("preparing").hidden = true;
}

function show(state) {
  const outcome = state.outcome;
  document.body.dataset.outcome = outcome;
  for (const part of document.querySelectorAll("[data-when]")) {
    const when = part.dataset.when;
    part.hidden = when !== outcome && !(when === "ended" && outcome !== "waiting");
  }
  byId("trouble").hidden = !state.trouble;
  byId("number").textContent = state.number;
  if (outcome === "waiting") showQr(state);
  else byId("qr").removeAttribute("src");
}

async function follow() {
  for (let missed = 0; missed < 3; ) {
    try {
      const answer = await fetch("state", { cache: "no-store" });
      const state = await answer.json();
      missed = 0;
      show(state);
      if (state.outcome !== "waiting") return;
    } catch {
      missed += 1;
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
  show({ outcome: "stopped", trouble: false, number: "" });
}

follow();
