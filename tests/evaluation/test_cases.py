"""Every decision and refusal in tests/cases, each with its deciding gate and statement and the rule it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamkit import InvalidPolicy, Policy, PolicyType, allows, evaluate
from iamkit.evaluation.batch import evaluate_line, read_case

CASES = Path(__file__).parents[1] / "cases"
FILES = sorted(CASES.rglob("*.json"))
EXPECTATIONS = ("source", "expected", "message", "missing_context_keys", "matched")


def load(kind: str) -> list[Any]:
    """Load all cases of a kind, as parameters named by their sentence."""
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in FILES
        for case in json.loads(path.read_text("utf-8")).get(kind, [])
    ]


@pytest.mark.parametrize("case", load("cases"))
def test_decision(case: dict[str, Any]) -> None:
    """The decision, the gate and the statement are the expected ones, on both paths."""
    request, policies = read_case({key: value for key, value in case.items() if key not in EXPECTATIONS})
    evaluation = evaluate(request, policies)
    deciding = f"{evaluation.deciding.policy}#{evaluation.deciding.index}" if evaluation.deciding else None
    got = {"decision": evaluation.decision.value, "gate": evaluation.gate.value, "statement": deciding}
    assert got == case["expected"], f"{case['source']}\n{evaluation}"
    assert allows(request, policies) is evaluation.allowed
    if "message" in case:
        assert evaluation.message == case["message"]
    if "missing_context_keys" in case:
        assert list(evaluation.missing_context_keys) == case["missing_context_keys"]
    if "matched" in case:
        assert [f"{ref.policy}#{ref.index}" for ref in evaluation.matched_statements] == case["matched"]


@pytest.mark.parametrize("case", load("refused"))
def test_refusal(case: dict[str, Any]) -> None:
    """The policy is refused, and every expected problem is reported at its place."""
    kind = PolicyType(case["type"]) if case.get("type") else None
    document = case["text"] if "text" in case else case["document"]
    with pytest.raises(InvalidPolicy) as caught:
        Policy.parse(document, type=kind)
    for wanted in case["problems"]:
        found = [problem for problem in caught.value.problems if problem.pointer == wanted["pointer"]]
        assert any(wanted["contains"].lower() in str(problem).lower() for problem in found), (
            f"{wanted} not among:\n{caught.value}"
        )


def test_names_are_unique() -> None:
    """A case is found by its name alone."""
    names = [case.values[0]["name"] for kind in ("cases", "refused") for case in load(kind)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", load("cases")[::25])
def test_batch_gives_the_same(case: dict[str, Any]) -> None:
    """A case that goes through a line of JSON comes back with the same decision and gate."""
    line = json.dumps({key: value for key, value in case.items() if key not in EXPECTATIONS})
    result = evaluate_line(line)
    assert (result["name"], result["decision"], result["gate"]) == (
        case["name"],
        case["expected"]["decision"],
        case["expected"]["gate"],
    )
