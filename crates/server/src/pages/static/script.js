// Everything works without this file. It saves clicks: copying, filters that apply themselves, a switch without a new page.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  const announce = (text) => {
    const place = document.getElementById("announcement");
    if (place) place.textContent = text;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      announce("Copied");
    } catch {
      announce("Copying is not allowed here");
    }
  });

  // Filters apply themselves; the button stays for those who type.
  for (const form of document.querySelectorAll("form[data-live]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("input[type=checkbox], select")) form.requestSubmit();
    });
  }

  for (const form of document.querySelectorAll("form[data-confirm]")) {
    form.addEventListener("submit", (event) => {
      if (!window.confirm(form.dataset.confirm)) event.preventDefault();
    });
  }

  // The switch: shown at once, and kept by the server as without a script.
  const theme = document.getElementById("theme");
  if (theme) {
    theme.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button) return;
      event.preventDefault();
      const dark = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const next = (root.dataset.theme || dark) === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      const body = new URLSearchParams({ theme: next, to: "/" });
      fetch(theme.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
      announce(next === "dark" ? "Dark" : "Light");
    });
  }

  // “/” goes to the search of the page.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    const search = document.querySelector("main input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });

  // What is not finished is looked at again, while the page is seen.
  const waiting = document.querySelector("[data-again]");
  if (waiting) {
    const seconds = Number(waiting.dataset.again) || 5;
    setInterval(() => {
      if (!document.hidden) location.reload();
    }, seconds * 1000);
  }
})();
