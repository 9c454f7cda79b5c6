"""How a quiz looks: questions with lettered options, then each answer with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

from iamkit.notebook import html
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from iamkit.course import Answer, Question


@dataclass(frozen=True, slots=True, repr=False)
class Quiz:
    """Questions as they were asked; `call` is how to answer them."""

    questions: tuple[Question, ...]
    call: str

    def __repr__(self) -> str:
        return quiz_view(self).text


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """Answers with the questions they belong to."""

    answers: tuple[Answer, ...]
    questions: tuple[Question, ...]

    def __repr__(self) -> str:
        return answers_view(self).text

    @property
    def right(self) -> int:
        return sum(answer.correct is True for answer in self.answers)


def letter(index: int) -> str:
    return ascii_lowercase[index]


def quiz_view(quiz: Quiz) -> View:
    """Ask the questions."""
    many = len(quiz.questions) > 1
    texts, parts = [], []
    for number, question in enumerate(quiz.questions, 1):
        title = f"Question {number}" if many else "Question"
        options = [f"  {letter(index)}. {option}" for index, option in enumerate(question.options)]
        texts.append("\n".join([f"{title} (`{question.id}`): {question.text.strip()}", *options]))
        parts.append(html.paragraph(f"<strong>{title}</strong> ({html.code(question.id)})"))
        parts.append(html.markdown(question.text))
        parts.append(html.lettered(map(html.markdown_line, question.options)))
    return View(
        "\n\n".join([*texts, f"Answer with {quiz.call}"]),
        "".join([*parts, html.paragraph(f"Answer with {html.code(quiz.call)}")]),
    )


def answers_view(given: Answers) -> View:
    """Say for each answer whether it is right, and why."""
    asked = {question.id: question for question in given.questions}
    score = f"{given.right} of {len(given.answers)} right"
    texts = [_text(answer, asked[answer.id]) for answer in given.answers]
    parts = [_html(answer, asked[answer.id]) for answer in given.answers]
    if len(given.answers) > 1:
        texts.append(score)
        parts.append(html.paragraph(f"<strong>{score}</strong>"))
    return View("\n\n".join(texts), "".join(parts))


def _text(answer: Answer, question: Question) -> str:
    if answer.chosen is None:
        return f"{answer.id}: not answered yet; {answer.note}"
    chosen = f"{answer.id}: {'right' if answer.correct else 'not right'}: {_option(question, answer.chosen)}"
    right = [] if answer.correct else [f"right is {_option(question, answer.right_option)}"]
    return "\n".join([chosen, *right, answer.why.strip(), *filter(None, [answer.note])])


def _html(answer: Answer, question: Question) -> str:
    if answer.chosen is None:
        badge = html.badge("Not answered yet", html.BROWN)
        return html.paragraph(f"{badge} {html.code(answer.id)}: {html.inline(answer.note)}")
    badge = html.badge("Right", html.GREEN) if answer.correct else html.badge("Not right", html.RED)
    parts = [html.paragraph(f"{badge} {html.code(answer.id)}: {html.markdown_line(_option(question, answer.chosen))}")]
    if not answer.correct:
        parts.append(html.paragraph(f"Right is {html.markdown_line(_option(question, answer.right_option))}"))
    note = html.paragraph(html.inline(answer.note)) if answer.note else ""
    return "".join([*parts, html.markdown(answer.why), note])


def _option(question: Question, option: str) -> str:
    return f"{letter(question.options.index(option))}. {option}"
