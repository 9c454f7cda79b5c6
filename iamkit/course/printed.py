"""What a program prints, call by call, and never more of it than a person would read."""

from __future__ import annotations

_KEPT = 2_000


class Printed:
    """Cut a stream where the marks of the calls stand and keep the beginning of each piece.

    A mark is a NUL byte, the secret word, the call's number and a NUL byte. It may come in two halves.
    """

    def __init__(self, mark: str) -> None:
        self._mark = b"\0" + mark.encode()
        self._rest = b""
        self._pieces: dict[int | None, bytearray] = {None: bytearray()}
        self._sizes: dict[int | None, int] = {None: 0}
        self._current: int | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        data = self._rest + data
        while (place := data.find(self._mark)) >= 0:
            number, end, after = data[place + len(self._mark) :].partition(b"\0")
            if not end:
                break  # the rest of the mark comes with the next bytes
            self._keep(data[:place])
            self._begin(number)
            data = after
        # As much as could be the beginning of a mark waits for what follows.
        waiting = len(data) - place if place >= 0 else min(len(data), len(self._mark))
        self._keep(data[: len(data) - waiting])
        self._rest = data[len(data) - waiting :]

    def of(self, call: int | None) -> str:
        """Return what a call printed, or with None what the program printed while it was loaded."""
        self._flush()
        kept, size = self._pieces.get(call, bytearray()), self._sizes.get(call, 0)
        text = kept.decode("utf-8", "replace").replace("\r\n", "\n")
        more = size - len(kept)
        return f"{text}\n… and {more:,} bytes more" if more else text

    def _begin(self, number: bytes) -> None:
        if number.isdigit():
            self._current = int(number)
            self._pieces.setdefault(self._current, bytearray())
            self._sizes.setdefault(self._current, 0)

    def _keep(self, data: bytes) -> None:
        piece = self._pieces[self._current]
        piece += data[: max(_KEPT - len(piece), 0)]
        self._sizes[self._current] += len(data)

    def _flush(self) -> None:
        self._keep(self._rest)
        self._rest = b""
