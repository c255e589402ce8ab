// The alternative to the picture: finds a number that, hashed behind the captcha's id, starts with enough zero bits.
// The page offers it with a button and works without this script, by the picture.
"use strict";

for (const box of document.querySelectorAll("[data-captcha]")) {
  const start = box.querySelector("[data-start]");
  const status = box.querySelector("[data-status]");
  const work = box.querySelector("[data-work]");
  const picture = box.querySelector("[data-picture]");
  if (!start || !window.Worker) continue;

  const solve = () => {
    start.hidden = true;
    status.textContent = status.dataset.busy;
    const worker = new Worker("/js/work.js");
    worker.onmessage = (message) => {
      work.value = message.data;
      status.textContent = status.dataset.done;
      if (picture) picture.remove();
      worker.terminate();
    };
    worker.onerror = () => {
      status.textContent = "";
      start.hidden = false;
    };
    worker.postMessage({ id: box.dataset.captcha, bits: Number(box.dataset.bits) });
  };

  start.hidden = false;
  start.addEventListener("click", solve);
  if (!picture) solve();
}
