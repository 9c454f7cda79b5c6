"""Findings, steps and reach as plain values, for JSON."""

from __future__ import annotations

from typing import Any

from iamkit.analysis.edges import Edge
from iamkit.analysis.exposure import Exposure, Finding
from iamkit.analysis.reach import BlastRadius, Escalations
from iamkit.request import Request


def exposure_json(found: Exposure) -> dict[str, Any]:
    """Tell all findings, and which resources have none."""
    return {
        "zoneOfTrust": found.zone,
        "findings": [_finding(each) for each in found.findings],
        "withoutFinding": [{"resource": each.resource, "proved": each.proved} for each in found.clean],
        "notAnalyzed": list(found.not_analyzed),
    }


def escalations_json(found: Escalations) -> dict[str, Any]:
    """Tell all steps, and who needs none."""
    return {"administrators": list(found.administrators), "steps": [_step(each) for each in found.edges]}


def blast_radius_json(found: BlastRadius) -> dict[str, Any]:
    """Tell what is reached from one credential."""
    return {
        "credential": found.credential,
        "start": found.start,
        "principals": list(found.principals),
        "administrators": list(found.administrators),
        "administers": list(found.administers),
        "steps": [_step(each) for each in found.steps],
        "resources": [
            {"resource": each.resource, "levels": {name: _request(held.request) for name, held in each.levels.items()}}
            for each in found.access
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "resource": finding.resource,
        "resourceType": finding.type,
        "resourceOwnerAccount": finding.account,
        "principal": {"kind": finding.outsider.kind.value, "name": finding.outsider.name},
        "action": list(finding.actions),
        "condition": list(finding.conditions),
        "isPublic": finding.public,
        "risk": finding.risk.value or None,
        "statement": str(finding.statement),
        "example": _request(finding.example.request),
    }


def _step(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.source,
        "to": edge.target,
        "becomes": edge.becomes is not None,
        "method": edge.method.name,
        "reference": edge.method.reference,
        "sentence": str(edge),
        "requests": [_request(each) for each in edge.requests],
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "principal": str(request.principal),
        "action": request.action,
        "resource": request.resource.arn,
        "context": {key: list(value) if isinstance(value, tuple) else value for key, value in request.context.items()},
    }
