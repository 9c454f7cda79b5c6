"""The course: exercises, checking, hints, predictions, quizzes and progress. Knows neither IPython nor HTTP."""

from iamkit.course.checking import Attempt, check_attempt, check_policy
from iamkit.course.code_exercises import CodeExercise
from iamkit.course.content import Content, Lesson, UnknownExercise, course_root, load_course
from iamkit.course.course import Course, Hint, Solution
from iamkit.course.differences import Comparer, Comparison, Difference, Relation, find_difference
from iamkit.course.exercises import Exercise
from iamkit.course.fields import ContentProblem, MalformedExercise
from iamkit.course.lines import LineDifference
from iamkit.course.policy_exercises import PolicyCase, PolicyExercise
from iamkit.course.predictions import Prediction, Scenario
from iamkit.course.progress import MARKER, Progress, course_folder
from iamkit.course.proof import Finding, prove
from iamkit.course.quiz import Answer, Question
from iamkit.course.report import ExerciseRow, LessonRow, ProgressReport
from iamkit.course.results import Counterexample, FailedCall, Outcome, Result

__all__ = [
    "MARKER",
    "Answer",
    "Attempt",
    "CodeExercise",
    "Comparer",
    "Comparison",
    "Content",
    "ContentProblem",
    "Counterexample",
    "Course",
    "Difference",
    "Exercise",
    "ExerciseRow",
    "FailedCall",
    "Finding",
    "Hint",
    "Lesson",
    "LessonRow",
    "LineDifference",
    "MalformedExercise",
    "Outcome",
    "PolicyCase",
    "PolicyExercise",
    "Prediction",
    "Progress",
    "ProgressReport",
    "Question",
    "Relation",
    "Result",
    "Scenario",
    "Solution",
    "UnknownExercise",
    "check_attempt",
    "check_policy",
    "course_folder",
    "course_root",
    "find_difference",
    "load_course",
    "prove",
]
