"""One error family: what was given, what is allowed, what was probably meant.

The words stand in ``locale/``; an error only carries a code and facts, so that every
message exists in both languages and can be tested like any other text.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from difflib import get_close_matches

from hfwork import text

_WHY = {
    "denied": (errno.EACCES, errno.EPERM),
    "read_only": (errno.EROFS,),
    "full": (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)),
    "missing": (errno.ENOENT,),
    "folder": (errno.EISDIR,),
    "no_folder": (errno.ENOTDIR, errno.EEXIST),
    "long": (errno.ENAMETOOLONG,),
    "loop": (errno.ELOOP,),
}


def nearest(given: object, allowed: Iterable[object], count: int = 1) -> list[str]:
    """The allowed names closest to what was given (at most ``count``), best first."""
    folded = {str(a).casefold(): str(a) for a in allowed}
    return [folded[found] for found in get_close_matches(str(given).casefold(), folded, n=count, cutoff=0.5)]


def shortened(given: object) -> str:
    """What was given, cut where nobody would read on."""
    return str(given) if len(str(given)) <= 200 else f"{str(given)[:200]}…"


class HfworkError(Exception):
    """Something the user can mend.

    Parameters: ``code`` names the message ``error.<code>``; ``given`` what was found; ``allowed`` what
    would be right; ``where`` the file, sheet or key; ``problems`` further errors reported together;
    anything else fills the placeholders of the message.
    """

    def __init__(
        self,
        code: str,
        *,
        given: object = None,
        allowed: Iterable[object] = (),
        where: object = "",
        problems: Iterable[HfworkError] = (),
        **facts: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.given = given
        self.allowed = [str(a) for a in allowed]
        self.where = str(where)
        self.problems = list(problems)
        self.facts = facts
        self.meant = nearest(given, self.allowed) if given is not None else []

    def message(self, lang: str | None = None) -> str:
        """The whole message in one language, one line per problem."""
        given = "" if self.given is None else shortened(self.given)
        lines = [text.say(f"error.{self.code}", lang, given=given, where=self.where, **self.facts)]
        if self.meant and self.meant[0] != str(self.given):
            lines.append(text.say("error.meant", lang, meant=self.meant[0]))
        if self.allowed:
            shown = text.say("list.comma", lang).join(self.allowed[:12])
            more = len(self.allowed) - 12
            key = "error.allowed" if more <= 0 else "error.allowed_more"
            lines.append(text.say(key, lang, allowed=shown, more=more))
        shown_problems = self.problems[:20]
        lines += ["- " + problem.message(lang).replace("\n", " ") for problem in shown_problems]
        if len(self.problems) > len(shown_problems):
            lines.append(text.say("error.more_problems", lang, more=len(self.problems) - len(shown_problems)))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.message()


def no_access(problem: OSError, folder: object) -> HfworkError:
    """What the system refused, in our words; ``folder`` is named when the system names no file."""
    key = next((key for key, numbers in _WHY.items() if problem.errno in numbers), None)
    why = text.say(f"why.{key}") if key else problem.strerror or str(problem)[:200]
    given = problem.filename2 or problem.filename or folder
    return HfworkError("no_access", given=os.fsdecode(given) if isinstance(given, bytes) else given, why=why)
