// What goes to Python: `{command, id, text}`, in the order in which it happened; Python answers `{done: id, error}`.
// Custom messages and not synced state, because state is held back while an earlier one is under way and could then
// arrive after the command it belongs to.

const PAUSE = 400;

let count = 0;

/** Carries the text and the commands of one view to Python and tells when it waits. */
export class Channel {
  #model;
  #events;
  #waiting = null;
  #timer = null;
  #pause = null;
  #patience;

  /** `events` are `busy(boolean)`, `done(command, error)` and `silent()`, said after so many seconds without an answer. */
  constructor(model, patience, events) {
    this.#model = model;
    this.#patience = patience * 1000;
    this.#events = events;
    model.on("msg:custom", this.#receive);
  }

  /** Sends the text when the learner pauses. */
  edit(text) {
    clearTimeout(this.#pause);
    this.#model.set("text", text);
    this.#pause = setTimeout(() => this.flush(), PAUSE);
  }

  /** Sends a text that is still held back, now. */
  flush() {
    if (this.#pause === null) return;
    clearTimeout(this.#pause);
    this.#pause = null;
    this.#send({ command: "edit", id: null, text: this.#model.get("text") });
  }

  /** Sends a command with the text it is about, unless Python still works on another. */
  command(command, text) {
    if (this.#waiting !== null) return;
    clearTimeout(this.#pause);
    this.#pause = null;
    this.#waiting = { id: `${Date.now()}-${(count += 1)}`, command };
    this.#timer = setTimeout(() => this.#giveUp(), this.#patience);
    this.#events.busy(true);
    if (!this.#send({ command, id: this.#waiting.id, text })) this.#giveUp();
  }

  get busy() {
    return this.#waiting !== null;
  }

  close() {
    this.flush();
    clearTimeout(this.#timer);
    this.#model.off("msg:custom", this.#receive);
  }

  // A comm that is gone throws in some versions and does nothing in others; the clock sees to the latter.
  #send(content) {
    try {
      this.#model.send(content);
      return true;
    } catch {
      return false;
    }
  }

  #receive = (content) => {
    if (this.#waiting === null || content?.done !== this.#waiting.id) return;
    const { command } = this.#rest();
    this.#events.done(command, content.error ?? null);
  };

  #giveUp() {
    this.#rest();
    this.#events.silent();
  }

  #rest() {
    clearTimeout(this.#timer);
    const waited = this.#waiting;
    this.#waiting = null;
    this.#events.busy(false);
    return waited;
  }
}
