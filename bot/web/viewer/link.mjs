// The link of this page, taken apart. The fragment holds the ticket and the key; it is
// taken out of the address at once and is sent to nobody.

const share = (() => {
  try {
    return decodeURIComponent(location.pathname.split("/").pop() ?? "");
  } catch {
    return "";
  }
})();
const [ticket = "", key = ""] = location.hash.slice(1).split(".");
if (location.hash) history.replaceState(null, "", location.pathname);

export const link = { share, ticket, key, whole: Boolean(share && ticket && key) };

/** The link again, for a reader who goes on in a terminal. */
export const address = () => `${location.origin}${location.pathname}#${ticket}.${key}`;
