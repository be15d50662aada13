# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is known so far, and what has to be asked before a decision stands.

A decision is a function of a book. It asks the book as if all were there; what is not
is noted and asked for, all at once, and the decision is made anew. So several decisions
about a domain share their answers and their rounds, and each is written as if there
were no network.

>>> asking = decided(lambda book: book.ask("h.example", "MX").records)
>>> next(asking)
(Question(name='h.example', kind='MX'),)
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .answer import FOUND, NO_NAME, UNCHECKED, Answer, Question, Result, Rounds
from .name import is_name, plain

#: What a book asks for at most, and in how many rounds: far over what a domain in order
#: needs, and an end to what one that leads astray can ask of us.
MAX_QUESTIONS = 400
MAX_ROUNDS = 40
#: Besides ``REASONS``: it is asked for in the next round; it would have been too many.
PENDING = "pending"
TOO_MANY = "too_many"

Made = TypeVar("Made")


class Book:
    """Answers by question; ``wanted`` are the questions that it could not answer."""

    def __init__(self, known: Mapping[Question, Answer] | None = None) -> None:
        self._known = {_usual(*one): said for one, said in (known or {}).items()}
        self._made: dict[tuple[Callable[..., Any], str], Any] = {}
        self._closed = False
        #: Whether it was asked for more than it may ask.
        self.is_full = False
        self.wanted: dict[Question, None] = {}

    def ask(self, name: str, kind: str) -> Answer:
        """The answer; one that is UNCHECKED as long as nobody has said.

        What cannot be a name is not there (RFC 1035, 2.3.4).
        """
        if not is_name(name):
            return Answer(NO_NAME)
        question = _usual(name, kind)
        if (found := self._known.get(question)) is not None:
            return found
        if self._closed or len(self._known) + len(self.wanted) >= MAX_QUESTIONS:
            self.is_full = True
            return Answer(UNCHECKED, why=TOO_MANY)
        self.wanted[question] = None
        return Answer(UNCHECKED, why=PENDING)

    def texts(self, name: str, kind: str = "TXT") -> list[str]:
        """The records of text that are known, one character for each byte."""
        return [one[0].decode("latin-1") for one in self.ask(name, kind).records]

    def addresses(self, name: str, kinds: Sequence[str] = ("A", "AAAA")) -> list[str]:
        """Those that are known, IPv4 first."""
        answers = [self.ask(name, kind) for kind in kinds]
        return [record[0] for answer in answers for record in answer.records]

    def once(self, make: Callable[[str], Made], text: str) -> Made:
        """``make(text)``, for a decision is made anew with each round."""
        key = make, text
        if key not in self._made:
            self._made[key] = make(text)
        made: Made = self._made[key]
        return made

    def learn(self, questions: Sequence[Question], answers: Sequence[Answer]) -> None:
        """Whatever was wanted is wanted no longer."""
        self._known.update(zip(questions, answers, strict=True))
        self.wanted.clear()

    def close(self) -> None:
        """What is not known by now is not asked for."""
        self._closed = True
        self.wanted.clear()

    def unchecked(self) -> list[tuple[Question, Answer]]:
        """What nobody could say."""
        return [(one, said) for one, said in self._known.items() if not said.known]


def decided(
    decide: Callable[[Book], Result], book: Book | None = None
) -> Rounds[Result]:
    """What ``decide`` says once it wants to know nothing more."""
    book = Book() if book is None else book
    for _round in range(MAX_ROUNDS):
        result = decide(book)
        if not book.wanted:
            return result
        questions = tuple(book.wanted)
        book.learn(questions, (yield questions))
    book.close()
    return decide(book)


def is_missing(answer: Answer) -> bool:
    """Whether it is known that there is nothing of the kind."""
    return answer.known and not (answer.status == FOUND and answer.records)


def _usual(name: str, kind: str) -> Question:
    return Question(plain(name), kind)
