// The people who can be chosen, each a link back to this address with who it is.
const list = document.getElementById("people");

function row(person) {
  const asked = new URLSearchParams(location.search);
  asked.set("as", person.id);
  const link = document.createElement("a");
  link.href = `?${asked}`;
  const kind = document.createElement("small");
  kind.textContent = person.kind;
  link.append(person.real_name, kind);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

fetch("../../people")
  .then((answer) => answer.json())
  .then((found) => list.replaceChildren(...found.people.map(row)));
