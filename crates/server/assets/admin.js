// Passkey settings, made quicker: the form works without this script.
//
// - "Enforce key restrictions" switches its fields at once (S69).
// - "Microsoft Authenticator" adds and removes exactly its two AAGUIDs (S52).
// - AAGUIDs and groups are picked by name; pasting many stays possible.
// - The sentence of a profile and the impact follow the draft; the server computes both.

const AUTHENTICATOR = [
  ["de1e552d-db1d-4423-a619-566b625cdc84", "Microsoft Authenticator for Android"],
  ["90a3ccdf-635c-4729-a248-9b709135078f", "Microsoft Authenticator for iOS"],
];
const AAGUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LIVE_PATH = "/admin/passkey-settings/live";
const LIVE_DELAY_MS = 400;

const form = document.querySelector("[data-settings]");
const models = [...document.querySelectorAll("#catalogue option")].map((option) => ({
  aaguid: option.dataset.aaguid,
  name: option.value,
  inUse: Number(option.dataset.inUse),
}));

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// ---- one profile ----

class Profile {
  constructor(root) {
    this.root = root;
    this.id = root.dataset.profile;
    this.fields = root.querySelector("[data-restrictions]");
    this.list = root.querySelector("[data-aaguids]");
    this.authenticator = root.querySelector("[data-authenticator]");
    this.was = root.querySelector("[data-authenticator-was]");
    this.paste = root.querySelector(`[name="aaguids.${this.id}"]`);
    for (const radio of root.querySelectorAll("[data-restrict]")) {
      radio.addEventListener("change", () => this.switchRestrictions());
    }
    this.authenticator.addEventListener("change", () => this.followAuthenticator());
    this.list.addEventListener("change", () => this.reflect());
    this.addPicker();
    this.addInUse();
  }

  switchRestrictions() {
    const chosen = this.root.querySelector("[data-restrict]:checked");
    this.fields.disabled = chosen?.value !== "yes";
  }

  /** Rows that stay in the list, by AAGUID. */
  kept() {
    const kept = new Map();
    for (const row of this.list.children) {
      const removal = row.querySelector(".toggle input");
      if (!removal?.checked) kept.set(row.querySelector("code").textContent, row);
    }
    return kept;
  }

  add(aaguid, name, inUse) {
    const stored = [...this.list.children].find((row) => row.querySelector("code").textContent === aaguid);
    if (stored) {
      const removal = stored.querySelector(".toggle input");
      if (removal) removal.checked = false;
      return;
    }
    const row = document.querySelector("#aaguid-row").content.firstElementChild.cloneNode(true);
    row.querySelector("strong").textContent = name || "Unknown model";
    row.querySelector("code").textContent = aaguid;
    row.querySelector(".quiet").textContent = inUse > 0 ? `${inUse} in use` : "not in use";
    const hidden = row.querySelector("input");
    hidden.name = `aaguid.${this.id}`;
    hidden.value = aaguid;
    const button = row.querySelector("button");
    button.setAttribute("aria-label", `Remove ${name} ${aaguid}`);
    button.addEventListener("click", () => {
      row.remove();
      this.reflect();
      this.input.focus();
      changed();
    });
    this.list.append(row);
  }

  remove(aaguid) {
    const row = this.kept().get(aaguid);
    const removal = row?.querySelector(".toggle input");
    if (removal) removal.checked = true;
    else row?.remove();
  }

  followAuthenticator() {
    for (const [aaguid, name] of AUTHENTICATOR) {
      if (this.authenticator.checked) this.add(aaguid, name, usage(aaguid));
      else this.remove(aaguid);
    }
    this.forgetFormerState();
  }

  /** The option says what the list says; from here on the rows alone carry the draft. */
  reflect() {
    const kept = this.kept();
    this.authenticator.checked = AUTHENTICATOR.every(([aaguid]) => kept.has(aaguid));
    this.forgetFormerState();
  }

  /** Without it the server would take an unticked option as "remove both" a second time. */
  forgetFormerState() {
    this.was?.remove();
    this.was = null;
  }

  addPicker() {
    const label = this.root.querySelector(`label[for="${CSS.escape(this.paste.id)}"]`);
    this.input = element("input", { id: `pick-${this.id}`, autocomplete: "off", spellcheck: false });
    this.input.setAttribute("list", "catalogue");
    this.input.setAttribute("aria-describedby", this.paste.getAttribute("aria-describedby"));
    this.input.placeholder = "Name of a model, or an AAGUID";
    const add = element("button", { type: "button", textContent: "Add" });
    const note = element("p", { className: "error", hidden: true });
    note.setAttribute("role", "alert");
    const take = () => {
      const found = look(this.input.value.trim());
      note.hidden = Boolean(found);
      note.textContent = found ? "" : "This is neither a known model nor an AAGUID such as 90a3ccdf-635c-4729-a248-9b709135078f.";
      if (!found) return;
      this.add(found.aaguid, found.name, found.inUse);
      this.input.value = "";
      this.reflect();
      changed();
    };
    add.addEventListener("click", take);
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        take();
      }
    });
    const several = element("details", { open: this.paste.value !== "" }, element("summary", { textContent: "Paste several" }));
    this.paste.before(this.input, add);
    several.append(this.paste);
    this.paste.setAttribute("aria-label", "AAGUIDs to add, one a line");
    this.root.querySelector("[data-aaguid-picker]").append(several, note);
    label.htmlFor = this.input.id;
  }

  addInUse() {
    const button = this.root.querySelector("[data-add-in-use]");
    button.type = "button";
    button.addEventListener("click", () => {
      for (const model of models) {
        if (model.inUse > 0) this.add(model.aaguid, model.name, model.inUse);
      }
      this.reflect();
      changed();
    });
  }
}

function look(text) {
  const lower = text.toLowerCase();
  const known = models.find((model) => model.aaguid === lower || model.name.toLowerCase() === lower);
  if (known) return known;
  return AAGUID.test(text) ? { aaguid: lower, name: "", inUse: 0 } : null;
}

function usage(aaguid) {
  return models.find((model) => model.aaguid === aaguid)?.inUse ?? 0;
}

// ---- groups ----

/** One group by name with suggestions; the field for several lines becomes a single one. */
function enhanceGroups(picker) {
  const area = picker.querySelector("textarea");
  if (area.value.includes("\n")) return;
  const input = element("input", { id: area.id, name: area.name, value: area.value, autocomplete: "off" });
  input.setAttribute("list", "groups");
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (area.hasAttribute(name)) input.setAttribute(name, area.getAttribute(name));
  }
  const add = picker.querySelector("button");
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      add.click();
    }
  });
  area.replaceWith(input);
}

// ---- the live sentence and impact ----

let timer = 0;
let running = null;

function changed() {
  clearTimeout(timer);
  timer = setTimeout(refresh, LIVE_DELAY_MS);
}

async function refresh() {
  running?.abort();
  running = new AbortController();
  try {
    const response = await fetch(LIVE_PATH, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
      signal: running.signal,
    });
    if (response.ok) show(await response.json());
  } catch {
    // A convenience: the preview before saving computes the same again.
  }
}

function show({ sentences = {}, impact }) {
  for (const [id, text] of Object.entries(sentences)) {
    const line = form.querySelector(`[data-profile="${CSS.escape(id)}"] [data-sentence]`);
    if (line && line.textContent !== text) line.textContent = text;
  }
  const line = form.querySelector("[data-impact]");
  if (line && impact) {
    line.textContent = impact.text;
    line.classList.remove("info", "good", "warning", "bad");
    line.classList.add(impact.tone);
  }
}

// ---- the page ----

/** A message above the form may lead to a control on the tab that is not shown. */
function reveal(id) {
  const target = document.getElementById(id);
  const panel = target?.closest(".tab-enable, .tab-configure");
  const radio = panel && document.getElementById(panel.classList[0]);
  if (radio) radio.checked = true;
  (target?.matches("input, textarea, button") ? target : target?.querySelector("input:not([type=hidden])"))?.focus();
}

if (form && !form.querySelector("fieldset.bare").disabled) {
  for (const root of form.querySelectorAll("[data-profile]")) new Profile(root);
  for (const picker of form.querySelectorAll("[data-group-picker]")) enhanceGroups(picker);
  form.addEventListener("change", changed);
  form.addEventListener("input", changed);
}

for (const link of document.querySelectorAll('.notice a[href^="#"]')) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    reveal(link.hash.slice(1));
  });
}
