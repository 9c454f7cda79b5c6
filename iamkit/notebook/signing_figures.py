"""Figures about signatures: what one changed byte does, and the way from a request to its Authorization header.

Everything drawn is computed from what `sign` returned; the numbers stand below as text.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded
from iamkit.notebook.views.texts import message_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from iamkit.sigv4 import KeyChain, Signed

BITS = 256
_SIDE = 16
_WIDTH = 9.0
_INK, FAINT, BLUE, _BROWN, _GREEN = "#212121", "#e0e0e0", "#1565c0", "#5d4037", "#1b5e20"
_MONO = "DejaVu Sans Mono"


@dataclass(frozen=True, slots=True)
class Flips:
    """Which bits of a 256-bit value are different, and how many are for every one-byte change of the request."""

    name: str
    flipped: tuple[bool, ...]
    spread: tuple[int, ...]

    @property
    def count(self) -> int:
        return sum(self.flipped)

    @property
    def mean(self) -> float:
        return sum(self.spread) / len(self.spread)


class Step(NamedTuple):
    """One box of the way from a request to its signature."""

    name: str
    made_from: str
    value: str


@guarded
def avalanche(before: Signed, after: Signed, *, title: str = "") -> View:
    """Show how many bits of hash and signature flip between two signed requests, and for every one-byte change.

    Both must be signed with the same key in the same scope at the same time: else more than the request differs.
    """
    if before.canonical_request == after.canonical_request:
        return _displayed(message_view(_SAME))
    if before.keys is None:
        return _displayed(message_view(_NO_KEYS))
    measured = flips(before, after)
    changed = sum(a != b for a, b in zip(before.canonical_request, after.canonical_request, strict=False))
    changed += abs(len(before.canonical_request) - len(after.canonical_request))
    title = title or f"{_characters(changed)} of the canonical request changed"
    with drawing_style():
        png = as_png(_draw_avalanche(title, measured))
    headers = ["", "bits that flipped", "share", "any one byte: fewest", "mean", "most"]
    rows = [_numbers(each) for each in measured]
    note = f"The last three columns change each of {len(measured[0].spread)} bytes in turn; half of {BITS} is 128."
    alt = f"{title}. {_said(measured)} The numbers are in the table below."
    shown = as_image(png, alt) + html.table(headers, rows, html.escape(title)) + html.paragraph(note)
    return _displayed(View(f"{title}\n{as_columns([headers, *rows])}\n{note}", shown))


@guarded
def signing_steps(signed: Signed, *, title: str = "") -> View:
    """Show the way from a request and a secret to the signature, with the values of this request."""
    if signed.keys is None:
        return _displayed(message_view(_NO_KEYS))
    left, right = request_steps(signed), key_steps(signed, signed.keys)
    title = title or f"The way to the signature {signed.signature[:8]}…"
    with drawing_style():
        png = as_png(_draw_steps(title, left, right, signed.signature))
    last = Step("signature", "HMAC of string to sign, with the signing key", _short(signed.signature))
    headers = ["Step", "made from", "gives"]
    rows = [list(step) for step in (*left, *right, last)]
    alt = (
        f"{title}. Two columns meet at the bottom: on the left request, canonical request, hash, string to sign; "
        "on the right secret, date, region, service, signing key. The values are in the table below."
    )
    cells = [[html.escape(name), html.escape(made), html.code(value)] for name, made, value in rows]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title))
    return _displayed(View(f"{title}\n{as_columns([headers, *rows])}", shown))


_SAME = (
    "the two canonical requests are the same, so nothing flips\n"
    "help: change something that is signed: method, path, query, a signed header or the body"
)
_NO_KEYS = "SigV4A has no chain of keys\nhelp: sign with `sign` or `presign`"


def flips(before: Signed, after: Signed) -> tuple[Flips, Flips]:
    """Compare the hashes of two canonical requests, and the two signatures."""
    hashes = [sha256(each.canonical_request.encode()).digest() for each in (before, after)]
    signatures = [bytes.fromhex(each.signature) for each in (before, after)]
    hashed, resigned = one_byte_changes(before)
    return (
        Flips("hash of the canonical request", _different(*hashes), hashed),
        Flips("signature", _different(*signatures), resigned),
    )


def one_byte_changes(signed: Signed) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Flip the lowest bit of each byte of a canonical request in turn; count flipped bits of hash and signature."""
    key = signed.keys.signing if signed.keys else b""
    canonical = signed.canonical_request.encode()
    head = signed.string_to_sign.rpartition("\n")[0]
    hashed, resigned = [], []
    for place in range(len(canonical)):
        changed = canonical[:place] + bytes([canonical[place] ^ 1]) + canonical[place + 1 :]
        digest = sha256(changed)
        signature = hmac.digest(key, f"{head}\n{digest.hexdigest()}".encode(), "sha256")
        hashed.append(sum(_different(sha256(canonical).digest(), digest.digest())))
        resigned.append(sum(_different(bytes.fromhex(signed.signature), signature)))
    return tuple(hashed), tuple(resigned)


def request_steps(signed: Signed) -> tuple[Step, ...]:
    """List what becomes of the request, down to the string to sign."""
    first = signed.canonical_request.partition("\n")[0]
    hashed = signed.string_to_sign.rpartition("\n")[2]
    lines = signed.canonical_request.count("\n") + 1
    return (
        Step("canonical request", "the request, in one way of writing", f"{first} … ({lines} lines)"),
        Step("its hash", "SHA-256 of the canonical request", _short(hashed)),
        Step("string to sign", "algorithm, time, scope, hash", f"{signed.algorithm} … (4 lines)"),
    )


def key_steps(signed: Signed, keys: KeyChain) -> tuple[Step, ...]:
    """List what becomes of the secret, down to the signing key."""
    names = ("date key", "region key", "service key", "signing key")
    above = ("AWS4 + secret", "date key", "region key", "service key")
    return tuple(
        Step(name, f"HMAC of {part}, with {key}", _short(value.hex()))
        for name, key, part, value in zip(names, above, signed.scope.split("/"), keys, strict=True)
    )


def _short(digest: str) -> str:
    return f"{digest[:8]}…{digest[-8:]}"


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


def _different(one: bytes, other: bytes) -> tuple[bool, ...]:
    bits = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return tuple(bool(bits >> place & 1) for place in reversed(range(BITS)))


def _numbers(measured: Flips) -> list[str]:
    spread = measured.spread
    return [
        measured.name,
        f"{measured.count} of {BITS}",
        f"{measured.count / BITS:.0%}",
        str(min(spread)),
        f"{measured.mean:.1f}",
        str(max(spread)),
    ]


def _said(measured: Sequence[Flips]) -> str:
    return " ".join(f"Of the {each.name}, {each.count} of {BITS} bits flipped." for each in measured)


def _draw_avalanche(title: str, measured: Sequence[Flips]) -> Figure:
    """Draw the bits of both values as squares, and beside them how often each number of flips comes."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(_WIDTH, 3.55), layout="constrained")
    panels = list(fig.subplots(1, 3, width_ratios=[1, 1, 1.15]))
    for panel, each in zip(panels, measured, strict=False):
        _draw_bits(panel, each)
    _draw_spread(panels[2], measured[1])
    fig.suptitle(title, fontsize=12, fontweight="bold")
    fig.supxlabel("Filled: this bit flipped.  Dot: it did not.", fontsize=9)
    return fig


def _draw_bits(panel: Axes, measured: Flips) -> None:
    places = [divmod(place, _SIDE) for place, flipped in enumerate(measured.flipped) if flipped]
    others = [divmod(place, _SIDE) for place, flipped in enumerate(measured.flipped) if not flipped]
    panel.scatter([x for _, x in places], [y for y, _ in places], s=70, marker="s", color=BLUE, linewidths=0)
    panel.scatter([x for _, x in others], [y for y, _ in others], s=3, marker=".", color=_INK)
    panel.set_xlim(-0.8, _SIDE - 0.2)
    panel.set_ylim(_SIDE - 0.2, -0.8)
    panel.set_aspect("equal")
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines[:].set_color(FAINT)
    panel.set_title(f"{measured.name}\n{measured.count} of {BITS} bits flipped", fontsize=10)


def _draw_spread(panel: Axes, measured: Flips) -> None:
    edges = range(96, 164, 4)
    counts = [sum(low <= each < low + 4 for each in measured.spread) for low in edges]
    panel.bar([low + 1.5 for low in edges], counts, width=3.4, color=BLUE)
    panel.axvline(BITS / 2, color=_INK, linewidth=1.2, linestyle="--")
    panel.text(BITS / 2 + 2, max(counts) * 1.06, "half", fontsize=9)
    panel.set_ylim(0, max(counts) * 1.18)
    panel.set_xlim(92, 164)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.set_yticks([])
    panel.set_xticks([96, 112, 128, 144, 160])
    panel.set_xlabel("flipped bits of the signature", fontsize=9)
    panel.set_title(
        f"each of {len(measured.spread)} bytes changed in turn\nmean: {measured.mean:.1f} bits", fontsize=10
    )


def _draw_steps(title: str, left: Sequence[Step], right: Sequence[Step], signature: str) -> Figure:
    """Draw two columns of boxes that meet in one below."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(_WIDTH, 5.9), layout="constrained")
    panel = fig.subplots()
    panel.set_axis_off()
    panel.set_xlim(0, 100)
    panel.set_ylim(-3, 66)
    tops = (60.0, 49.0, 38.0, 27.0, 16.0)
    panel.text(25, tops[0], "everybody may read this side", ha="center", va="center", fontsize=11, color=_INK)
    boxes = [("the request", "method, path, query, headers, body", _BROWN)]
    boxes += [(step.name, step.value, BLUE) for step in left]
    _column(panel, 25, tops[1:], boxes)
    boxes = [("AWS4 + secret", "never leaves your machine", _BROWN)]
    boxes += [(f"{step.name}: {step.made_from.partition(',')[0]}", step.value, BLUE) for step in right]
    _column(panel, 75, tops, boxes)
    _arrow(panel, (25, tops[-1]), (42, 2))
    _arrow(panel, (75, tops[-1]), (58, 2))
    _box(panel, (50, 2), "signature: HMAC of the string to sign", _short(signature), _GREEN)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    return fig


def _column(panel: Axes, x: float, tops: Sequence[float], boxes: Sequence[tuple[str, str, str]]) -> None:
    for index, (top, (name, value, shade)) in enumerate(zip(tops, boxes, strict=True)):
        if index:
            _arrow(panel, (x, tops[index - 1]), (x, top))
        _box(panel, (x, top), name, value, shade)


def _box(panel: Axes, place: tuple[float, float], name: str, value: str, shade: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = place
    panel.add_patch(
        FancyBboxPatch((x - 22, y - 3.2), 44, 7.2, boxstyle="round,pad=0.3", facecolor="#ffffff", edgecolor=shade)
    )
    panel.text(x, y + 1.9, name, ha="center", va="center", fontsize=10, fontweight="bold", color=shade)
    panel.text(x, y - 1.4, value, ha="center", va="center", fontsize=9, family=_MONO)


def _arrow(panel: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    tail, head = (start[0], start[1] - 3.6), (end[0], end[1] + 4.4)
    panel.annotate("", xy=head, xytext=tail, arrowprops={"arrowstyle": "-|>", "color": _INK, "linewidth": 1.2})


def _displayed(view: View) -> View:
    show_once(view, view)
    return view
