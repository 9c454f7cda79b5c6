"""The course: exercises, checking, hints, predictions, quizzes and progress. Knows neither IPython nor HTTP."""

from iamkit.course.checking import Attempt, Counterexample, Outcome, Result, check_policy
from iamkit.course.content import Content, Lesson, UnknownExercise, course_root, load_course
from iamkit.course.course import Course, Hint, Solution
from iamkit.course.differences import Comparer, Comparison, Difference, Relation, find_difference
from iamkit.course.exercises import Case, Exercise
from iamkit.course.fields import ContentProblem, MalformedExercise
from iamkit.course.predictions import Prediction, Scenario
from iamkit.course.progress import MARKER, Progress, course_folder
from iamkit.course.proof import Finding, prove
from iamkit.course.quiz import Answer, Question
from iamkit.course.report import ExerciseRow, LessonRow, ProgressReport

__all__ = [
    "MARKER",
    "Answer",
    "Attempt",
    "Case",
    "Comparer",
    "Comparison",
    "Content",
    "ContentProblem",
    "Counterexample",
    "Course",
    "Difference",
    "Exercise",
    "ExerciseRow",
    "Finding",
    "Hint",
    "Lesson",
    "LessonRow",
    "MalformedExercise",
    "Outcome",
    "Prediction",
    "Progress",
    "ProgressReport",
    "Question",
    "Relation",
    "Result",
    "Scenario",
    "Solution",
    "UnknownExercise",
    "check_policy",
    "course_folder",
    "course_root",
    "find_difference",
    "load_course",
    "prove",
]
