"""What a learner calls in a cell: each call displays its answer at once, exactly once, and never raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from iamkit import Policies, Policy, PolicyType, Request, evaluate
from iamkit.cloud.trail import Event
from iamkit.course import Answer, CodeExercise, UnknownExercise
from iamkit.notebook import session
from iamkit.notebook.defining import define_passed
from iamkit.notebook.display import show_once, show_widget_once
from iamkit.notebook.guard import guarded, say
from iamkit.notebook.guard import show as show_view
from iamkit.notebook.signing.presets import AT
from iamkit.notebook.sources import program_of
from iamkit.notebook.views.policies import invalid_view, request_view
from iamkit.notebook.views.predictions import scenario_view
from iamkit.notebook.views.quizzes import Answers, Quiz, letter
from iamkit.notebook.views.registry import view_of
from iamkit.notebook.views.results import result_view
from iamkit.notebook.views.showing import policies_views, policy_of
from iamkit.notebook.views.texts import Starter
from iamkit.notebook.views.trails import trail_view
from iamkit.policy import InvalidPolicy

if TYPE_CHECKING:
    from iamkit import Decision
    from iamkit.course import Hint, Prediction, ProgressReport, Question, Result, Solution
    from iamkit.course.checking import Attempt
    from iamkit.notebook.display import View
    from iamkit.notebook.exercise_widget import ExerciseWidget
    from iamkit.notebook.reference_widget import ReferenceBrowser
    from iamkit.notebook.signing.widget import SignatureLab

T = TypeVar("T")


@guarded
def exercise(slug: str) -> ExerciseWidget:
    """Show an exercise with its editor; a second call shows the same one, with what was written and tried."""
    widget = session.current().widget(_name(slug))
    show_widget_once(widget)
    return widget


@guarded
def check(slug: str, attempt: Attempt | Path | Callable[..., Any] = None) -> Result:
    """Check an attempt against an exercise.

    A policy is JSON text, a dict or a `Policy`, a program its text or its function; a `Path` is the file of either.
    """
    course = session.current().course
    exercise = course.exercise(_name(slug))
    given: Any = attempt.read_text(encoding="utf-8") if isinstance(attempt, Path) else attempt
    if isinstance(exercise, CodeExercise) and callable(given):
        result = course.check(exercise.slug, program_of(given, exercise.function))
    else:
        result = course.check(exercise.slug, given)
        result = define_passed(exercise, result, given)
    show_once(result, result_view(result, exercise))
    return result


@guarded
def hint(slug: str) -> Hint:
    """Open the next of the three hints of an exercise."""
    return _shown(session.current().course.hint(_name(slug)))


@guarded
def solution(slug: str) -> Solution:
    """Show the solution of an exercise, after three different attempts or a pass."""
    return _shown(session.current().course.solution(_name(slug)))


@guarded
def reset(slug: str) -> Starter:
    """Show what the exercise started from and begin its hints again; attempts and passes stay."""
    open_ = session.current()
    starter = Starter(open_.course.reset(_name(slug)))
    if (name := _name(slug)) in open_.widgets:
        open_.widgets[name].controller.reset()
    return _shown(starter)


@guarded
def predict(slug: str, guess: str | Decision | None = None) -> Prediction:
    """Show what a prediction is about; with a guess, compare it with the decision."""
    course = session.current().course
    prediction = course.predict(_name(slug), guess)
    if guess is None:
        show_once(prediction, scenario_view(course.scenario(prediction.slug)))
        return prediction
    return _shown(prediction)


@guarded
def signature_lab(preset: str = "iam-get", at: datetime = AT) -> SignatureLab | None:
    """Show the signature lab, with one of its presets and the client's clock at a time."""
    # A widget's machinery takes longer to import than all the rest.
    from iamkit.notebook.signing.widget import open_lab

    return open_lab(preset, at)


@guarded
def reference(name: str, search: str = "", *, level: str = "") -> ReferenceBrowser | View | None:
    """Browse the service authorization reference: `reference("s3")`; `reference("s3:GetObject")` is one action."""
    from iamkit.notebook.reference_widget import open_reference

    return open_reference(name, search, level)


@guarded
def progress(lesson: str | None = None) -> ProgressReport:
    """Show how far the learner is, in the course or in one lesson: `progress("02")`."""
    return _shown(session.current().course.report(None if lesson is None else _name(lesson)))


@guarded
def quiz(name: str, answers: Mapping[str, str] | Sequence[str] | str | None = None) -> Quiz | Answers:
    """Ask the questions of a lesson, or one question by its id; with answers, explain each.

    Answers are letters: one for a question, a dict by question id for a lesson; `""` leaves a question open.
    """
    questions = _questions(_name(name))
    if answers is None:
        if len(questions) == 1:
            return _shown(Quiz(questions, f'quiz("{questions[0].id}", "a")'))
        return _shown(Quiz(questions, f'quiz("{_name(name)}", {{"{questions[0].id}": "a", …}})'))
    given = _by_id(questions, answers)
    return _shown(Answers(tuple(_answer(each, given.get(each.id)) for each in questions), questions))


@guarded
def show(*things: Any, name: str = "policy", type: PolicyType | None = None) -> None:
    """Show a policy (`Policy`, dict, JSON text or path), an evaluation, a request, or what any call here returned.

    A request together with policies is evaluated: both are shown, then the decision.
    """
    if not things:
        say("there is nothing to show\nhelp: write `show(policy)`, `show(evaluation)` or `show(request, policy)`")
        return
    requests = [thing for thing in things if isinstance(thing, Request)]
    if len(requests) == 1 and len(things) > 1:
        _show_decision(requests[0], [thing for thing in things if thing is not requests[0]], name, type)
        return
    for thing in things:
        _show_one(thing, name, type)


def _show_one(thing: Any, name: str, type: PolicyType | None) -> None:
    if isinstance(thing, Policies):
        for view in policies_views(thing):
            show_view(view)
    elif known := view_of(thing) or _view_of_events(thing):
        show_view(known)
    else:
        _show_document(thing, name, type)


def _view_of_events(thing: object) -> View | None:
    """Show what `trail.events(…)` found."""
    if not isinstance(thing, tuple | list) or not thing:
        return None
    events = [each for each in thing if isinstance(each, Event)]
    return trail_view(events) if len(events) == len(thing) else None


def _show_document(thing: Any, name: str, type: PolicyType | None) -> Policy | None:
    try:
        policy, view = policy_of(thing, name, type)
    except InvalidPolicy as error:
        document = thing.read_text(encoding="utf-8") if isinstance(thing, Path) else thing
        show_view(invalid_view(document, error.problems))
        return None
    show_view(view)
    return policy


def _show_decision(request: Request, others: list[Any], name: str, type: PolicyType | None) -> None:
    show_view(request_view(request))
    if len(others) == 1 and isinstance(others[0], Policies):
        _show_one(others[0], name, type)
        _show_one(evaluate(request, others[0]), name, type)
        return
    given = [each for other in others for each in (other if isinstance(other, list | tuple) else [other])]
    policies = [_show_document(each, name, type) for each in given]
    readable = [policy for policy in policies if policy is not None]
    if len(readable) == len(policies):
        _show_one(evaluate(request, readable[0] if len(readable) == 1 else readable), name, type)


def _shown(value: T) -> T:
    view = view_of(value)
    if view is not None:
        show_once(value, view)
    return value


def _name(name: object) -> str:
    """Take the name of an exercise, or the exercise itself."""
    return str(getattr(name, "slug", name)).strip()


def _questions(name: str) -> tuple[Question, ...]:
    course = session.current().course
    if name in course.content.questions:
        return (course.content.question(name),)
    lessons = [lesson.name for lesson in course.content.lessons if lesson.questions]
    if name not in lessons and name not in [lesson[:2] for lesson in lessons]:
        raise UnknownExercise("lesson or question", name, [*lessons, *course.content.questions])
    return course.questions(name)


def _by_id(questions: tuple[Question, ...], answers: object) -> dict[str, object]:
    """Sort answers to their questions; raise `UnknownExercise` for an answer to no question."""
    if isinstance(answers, Mapping):
        for key in answers:
            if key not in [question.id for question in questions]:
                raise UnknownExercise("question", key, [question.id for question in questions])
        return dict(answers)
    many = list(answers) if isinstance(answers, list | tuple) else [answers]
    return {question.id: given for question, given in zip(questions, many, strict=False)}


def _answer(question: Question, given: object) -> Answer:
    text = given.strip() if isinstance(given, str) else given
    letters = [letter(index) for index in range(len(question.options))]
    if isinstance(text, str) and text not in question.options:
        text = letters.index(found) if (found := text.lower().rstrip(".)")) in letters else None
    elif not isinstance(text, str):
        text = None
    if text is None:
        return Answer(question.id, None, note=f"choose a letter from `{letters[0]}` to `{letters[-1]}`")
    return session.current().course.answer(question.id, text)
