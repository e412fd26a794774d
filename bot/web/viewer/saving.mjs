// Saving what was opened. Addresses of copies live as long as the page shows it.

const addresses = new Map();

export function save(name, bytes) {
  if (!addresses.has(bytes)) {
    addresses.set(bytes, URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" })));
  }
  const link = document.createElement("a");
  link.href = addresses.get(bytes);
  link.download = name.split("/").pop().replace(/[^A-Za-z0-9._-]/g, "_") || "file";
  link.click();
}

export function forget() {
  for (const address of addresses.values()) URL.revokeObjectURL(address);
  addresses.clear();
}
