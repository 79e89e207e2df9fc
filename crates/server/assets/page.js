// Small comforts on every page; nothing depends on them.

// Times in the reader's own language and time zone. The exact UTC text stays as the tooltip.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) {
    time.title = time.textContent;
    time.textContent = format.format(moment);
  }
}

// "Copy" beside correlation ids and access passes.
if (navigator.clipboard) {
  for (const code of document.querySelectorAll("code[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
    });
    code.after(" ", button);
  }
}

// After a refused form the first thing to read is what is wrong.
document.querySelector("[data-focus]")?.focus();
