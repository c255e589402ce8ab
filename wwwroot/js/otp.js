// Fills in the code of a text message where the browser can read it (WebOTP), with its owner's leave. The page works
// without: the code is typed, or offered above the keyboard, because the input is marked for it.
"use strict";

const form = document.querySelector("form[data-otp]");
const input = form && form.querySelector("input[autocomplete='one-time-code']");

if (input && "OTPCredential" in window) {
  const waiting = new AbortController();
  form.addEventListener("submit", () => waiting.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: waiting.signal })
    .then((message) => {
      if (!message || input.value !== "") return;
      input.value = message.code;
      form.requestSubmit();
    })
    .catch(() => {});
}
