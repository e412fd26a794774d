// Block Kit as DOM nodes. What a press means is the caller's: `press(block, element, extra)`.

import { el, link, markdown, mrkdwn, names, richText, textObject } from "./text.js";

let serial = 0;
const fresh = (name) => `${name}-${++serial}`;
const plain = (object) => object?.text ?? "";
const optionsOf = (element) => element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);

export function menu(button, items) {
  // A small menu button: arrow keys move, Esc closes, focus comes back.
  const list = el("div", { class: "menu", role: "menu", hidden: true });
  const close = (back) => { list.hidden = true; button.setAttribute("aria-expanded", "false"); if (back) button.focus(); };
  const away = (event) => { if (!holder.contains(event.target)) close(false); };
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (!list.hidden) { close(true); return; }
    list.replaceChildren(...items().map((item) => el("button", {
      type: "button", role: "menuitem", tabIndex: -1, class: item.danger ? "danger-text" : "",
      onclick: () => { close(true); item.act(); },
    }, item.label)));
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    list.classList.toggle("up", button.getBoundingClientRect().bottom > window.innerHeight * 0.6);
    list.firstChild?.focus();
    document.addEventListener("pointerdown", away, { once: true });
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const rows = [...list.children];
      rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") { event.stopPropagation(); event.preventDefault(); close(true); }
  });
  const holder = el("span", { class: "menu-holder" }, button, list);
  return holder;
}

export function confirmed(confirm) {
  // Ask as Slack does; resolves to true only on the confirming button.
  if (!confirm) return Promise.resolve(true);
  const dialog = document.getElementById("confirm");
  return new Promise((resolve) => {
    const done = (answer) => { dialog.onclose = null; if (dialog.open) dialog.close(); resolve(answer); };
    dialog.replaceChildren(
      el("header", { class: "dialog-head" }, el("h2", { id: "confirm-title" }, plain(confirm.title))),
      el("div", { class: "dialog-body" }, textObject(confirm.text, "p")),
      el("footer", { class: "dialog-foot" },
        el("button", { type: "button", class: "button", onclick: () => done(false) }, plain(confirm.deny)),
        el("button", { type: "button", class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, onclick: () => done(true) }, plain(confirm.confirm))));
    dialog.onclose = () => done(false);
    dialog.showModal();
  });
}

function selectNode(element, chosen, label) {
  const people = element.type.endsWith("users_select");
  const select = el("select", { "aria-label": label, multiple: element.type.startsWith("multi_") });
  if (!select.multiple) select.append(el("option", { value: "" }, plain(element.placeholder) || (people ? "Choose a person" : "Choose an option")));
  const option = (value, text) => el("option", { value, selected: chosen.includes(value) }, text);
  if (people) for (const person of names.people.values()) select.append(option(person.id, `${person.real_name} (@${person.name})`));
  for (const group of element.option_groups ?? []) {
    select.append(el("optgroup", { label: plain(group.label) }, ...group.options.map((one) => option(one.value, plain(one.text)))));
  }
  for (const one of element.options ?? []) select.append(option(one.value, plain(one.text)));
  return select;
}

function choices(element, chosen, label) {
  const name = fresh("choice");
  const kind = element.type === "checkboxes" ? "checkbox" : "radio";
  return el("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group", "aria-label": label },
    ...element.options.map((one) => el("label", { class: "choice" },
      el("input", { type: kind, name, value: one.value, checked: chosen.includes(one.value) }),
      el("span", {}, textObject(one.text), one.description ? el("small", {}, textObject(one.description)) : null))));
}

export function chosenIn(state, element) {
  const known = state ?? {};
  const one = (option) => (option ? [option.value] : []);
  switch (element.type) {
    case "plain_text_input": return known.value ?? element.initial_value ?? "";
    case "users_select": return [known.selected_user ?? element.initial_user ?? ""];
    case "multi_users_select": return known.selected_users ?? element.initial_users ?? [];
    case "static_select": case "radio_buttons": return one(known.selected_option ?? element.initial_option);
    default: return (known.selected_options ?? element.initial_options ?? []).map((option) => option.value);
  }
}

export function valueOf(field) {
  if (field.matches("select[multiple]")) return [...field.selectedOptions].map((one) => one.value);
  if (field.matches(".choices")) {
    const picked = [...field.querySelectorAll("input:checked")].map((one) => one.value);
    return field.getAttribute("role") === "radiogroup" ? picked[0] ?? "" : picked;
  }
  return field.value;
}

function field(element, state, label) {
  const chosen = chosenIn(state, element);
  if (element.type === "plain_text_input") {
    const node = el(element.multiline ? "textarea" : "input", { value: chosen, placeholder: plain(element.placeholder), maxLength: element.max_length ?? 3000 });
    if (element.multiline) node.rows = 4; else node.type = "text";
    node.autocomplete = "off";
    return node;
  }
  return ["checkboxes", "radio_buttons"].includes(element.type) ? choices(element, chosen, label) : selectNode(element, chosen, label);
}

function pressed(press, block, element, extra) {
  confirmed(element.confirm).then((yes) => { if (yes) press(block, element, extra); });
}

function thumbs(block, element, press) {
  return ["positive_button", "negative_button"].map((name) => el("button", {
    type: "button", class: "button", "aria-label": element[name].accessibility_label,
    onclick: () => press(block, element, { value: element[name].value }),
  }, textObject(element[name].text)));
}

function interactive(block, element, press, state) {
  if (["button", "icon_button"].includes(element.type)) {
    const style = { primary: " primary", danger: " danger" }[element.style] ?? "";
    const act = () => {
      if (element.url) link(element.url, "").click();
      pressed(press, block, element, {});
    };
    return el("button", { type: "button", class: `button${style}`, "aria-label": element.accessibility_label, onclick: act }, textObject(element.text));
  }
  if (element.type === "overflow") {
    const more = el("button", { type: "button", class: "button more", "aria-label": "More actions" }, "⋯");
    return menu(more, () => element.options.map((one) => ({ label: plain(one.text), act: () => pressed(press, block, element, { value: one.value }) })));
  }
  if (element.type === "image") return image(element);
  const node = field(element, state, plain(element.placeholder) || element.action_id);
  node.classList.add("inline-field");
  node.addEventListener("change", () => {
    const value = valueOf(node);
    if (value === "" || value.length === 0) return;
    pressed(press, block, element, { value });
  });
  return node;
}

function image(block) {
  const local = block.image_url.startsWith("data:") || new URL(block.image_url, location.href).origin === location.origin;
  const shown = local ? el("img", { src: block.image_url, alt: block.alt_text }) : el("span", { class: "no-image" }, `Image not loaded here: ${block.alt_text}`);
  return el("figure", {}, block.title ? el("figcaption", {}, textObject(block.title)) : null, shown);
}

export function inputField(block, state, error) {
  const id = fresh("field");
  const node = field(block.element, state, plain(block.label));
  const group = node.matches(".choices");
  node.dataset.block = block.block_id;
  node.id = id;
  const notes = [];
  if (block.hint) notes.push(el("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint)));
  if (error) notes.push(el("p", { class: "field-error", id: `${id}-error` }, error));
  node.setAttribute("aria-describedby", notes.map((note) => note.id).join(" "));
  if (error) node.setAttribute("aria-invalid", "true");
  if (!block.optional && !group) node.setAttribute("aria-required", "true");
  const title = [textObject(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : null];
  return el("div", { class: error ? "input-block wrong" : "input-block" },
    group ? el("p", { class: "label" }, ...title.filter(Boolean)) : el("label", { htmlFor: id }, ...title.filter(Boolean)), node, ...notes);
}

export function render(blocks, { press, values = {}, errors = {} }) {
  const out = el("div", { class: "blocks" });
  for (const block of blocks) {
    const of = (element) => interactive(block, element, press, values[block.block_id]?.[element.action_id]);
    switch (block.type) {
      case "header": out.append(el("h3", { class: "block-header" }, textObject(block.text))); break;
      case "section": {
        const body = el("div", { class: "section-body" });
        if (block.text) body.append(textObject(block.text, "div"));
        if (block.fields) body.append(el("div", { class: "fields" }, ...block.fields.map((one) => el("div", {}, textObject(one)))));
        out.append(el("div", { class: "section" }, body, block.accessory ? el("div", { class: "accessory" }, of(block.accessory)) : null));
        break;
      }
      case "context": out.append(el("div", { class: "context" }, ...block.elements.map((one) => (one.type === "image" ? image(one) : textObject(one))))); break;
      case "actions": out.append(el("div", { class: "actions" }, ...block.elements.map(of))); break;
      case "context_actions": out.append(el("div", { class: "actions" }, ...block.elements.flatMap((one) => (one.type === "feedback_buttons" ? thumbs(block, one, press) : [of(one)])))); break;
      case "divider": out.append(el("hr")); break;
      case "rich_text": out.append(richText(block)); break;
      case "markdown": out.append(markdown(block.text)); break;
      case "image": out.append(image(block)); break;
      case "input": out.append(inputField(block, values[block.block_id]?.[block.element.action_id], errors[block.block_id])); break;
      default: out.append(mrkdwn(`[${block.type}]`));
    }
  }
  return out;
}
