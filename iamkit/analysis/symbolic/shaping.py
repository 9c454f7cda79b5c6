"""Real requests as formulas: the actions of the reference, each on what it acts on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.globs import partition
from iamkit.analysis.symbolic.logic import Formula
from iamkit.analysis.symbolic.natural import Shape, example, shape_pattern, shapes
from iamkit.analysis.symbolic.solving import Solver

STAR = "*"


class Shapes:
    """Looks for the most usual shape that a request can have; the places have to be cut."""

    def __init__(self, encoding: Encoding, solver: Solver, mannered: Sequence[Formula]) -> None:
        self.encoding, self.places, self.solver = encoding, encoding.places, solver
        self.mannered = encoding.logic.all(mannered)
        self._classes: dict[str, dict[int, list[str]]] = {}

    def choose(self) -> tuple[Shape, str] | None:
        """Require a shape and one template of its resources; None where no real request is left."""
        if not self.solver.can(self.mannered):
            return None
        space = self.places.actions
        patterns = [text for each in self.encoding.statements for text in each.action_element.patterns]
        listed = [self.encoding.scope.action, *patterns]
        possible: dict[int, bool] = {}
        matchers = [self.places.action_globs[pattern] for pattern in space.patterns]
        for shape in shapes(matchers, listed, list(self.places.keys)):
            if shape.vector not in space.vectors:
                continue
            option = space.options[space.vectors.index(shape.vector)]
            if shape.vector not in possible:
                possible[shape.vector] = self.solver.can(option, self.mannered)
            if not possible[shape.vector]:
                continue
            for template, formula in self._on(shape):
                if self.solver.can(option, formula, self.mannered):
                    self.solver.require(option)
                    self.solver.require(formula)
                    self.solver.require(self.mannered)
                    return shape, template
        return None

    def _on(self, shape: Shape) -> Iterator[tuple[str, Formula]]:
        logic = self.encoding.logic
        absent = [logic.no(self.places.keys[key].here()) for key in shape.unknown_keys]
        for template in shape.templates:
            yield template, logic.both(self._fits(template), *absent)
        if shape.without:
            yield STAR, logic.both(self.places.resources.where(STAR.__eq__), *absent)

    def classes(self, template: str) -> dict[int, list[str]]:
        """Find what the policies' patterns can make of ARNs of a template, with ARNs to show it."""
        if template not in self._classes:
            space = self.places.resources
            texts = [text for texts in space.texts for text in texts]
            self._classes[template] = partition(
                list(space.patterns),
                space.universe,
                [*texts, example(template)],
                within=shape_pattern(template),
            )
        return self._classes[template]

    def _fits(self, template: str) -> Formula:
        space, found = self.places.resources, self.classes(template)
        pairs = zip(space.options, space.vectors, strict=True)
        return self.encoding.logic.any(option for option, vector in pairs if vector in found)
