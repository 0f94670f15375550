// Following what is being made. One socket brings news; while it is not open, the status route is asked with growing intervals.
// Both say the same, so either may come first or come twice, and whoever listens has to take that.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const GROWTH = 1.5;

/**
 * @param {object} what
 * @param {() => string|undefined} what.socket - the socket's path, if there is one
 * @param {() => string} what.status - the status route's path
 * @param {(data: object) => void} what.hear - takes what the socket says
 * @param {(answer: object) => void} what.learn - takes what the status route says
 * @param {() => boolean} what.isOver - whether nothing more is to come
 */
export function following({ socket: address, status, hear, learn, isOver }) {
  let socket = null;
  let timer = 0;
  let wait = FIRST_WAIT;
  let reconnectWait = FIRST_WAIT;

  function connect() {
    if (!address() || socket || isOver()) return;
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    try {
      socket = new WebSocket(scheme + location.host + address());
    } catch {
      socket = null;
      return;
    }
    socket.addEventListener("open", () => {
      reconnectWait = FIRST_WAIT;
      poll(0); // once, so that nothing is missed between the page's making and now
    });
    socket.addEventListener("message", (event) => {
      let said;
      try {
        said = JSON.parse(event.data);
      } catch {
        return;
      }
      if (said?.type === "progress" && said.data) hear(said.data);
    });
    socket.addEventListener("close", () => {
      socket = null;
      if (isOver()) return;
      poll(FIRST_WAIT);
      setTimeout(connect, reconnectWait);
      reconnectWait = Math.min(reconnectWait * 2, LONGEST_WAIT);
    });
  }

  /** Ask the status route after so many milliseconds; without a number after the usual wait. */
  function poll(after = wait) {
    clearTimeout(timer);
    timer = setTimeout(ask, after);
  }

  async function ask() {
    try {
      const headers = { Accept: "application/json", "X-Reading": document.visibilityState };
      const answer = await fetch(status(), { headers });
      if (answer.ok) learn(await answer.json());
    } catch {
      // The network is away: ask again later.
    }
    if (isOver()) return;
    // With an open socket this is only a safety net.
    poll(socket?.readyState === WebSocket.OPEN ? LONGEST_WAIT : wait);
    wait = Math.min(wait * GROWTH, LONGEST_WAIT);
  }

  /** Begin, or begin anew: after something was asked for, or where the page comes back. */
  function follow() {
    if (isOver()) return;
    wait = FIRST_WAIT;
    connect();
    poll(FIRST_WAIT);
  }

  // Back from the browser's memory, or awake again after a long sleep: look at once.
  addEventListener("pageshow", (event) => event.persisted && follow());
  addEventListener("online", follow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !isOver() && poll(0));

  return {
    follow,
    poll,
    /** Things move: look sooner again. */
    moved() {
      wait = FIRST_WAIT;
    },
    rest() {
      clearTimeout(timer);
      socket?.close();
    },
  };
}
