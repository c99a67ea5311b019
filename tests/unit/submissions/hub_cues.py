"""What can go wrong with a request to ``HubServer``."""

from enum import Enum


class Fault(Enum):
    """What goes wrong. The last five are only for commits."""

    BUSY = "429 with Retry-After"
    FAILED = "500 whose text repeats the token"
    AWAY = "503"
    CUT = "the connection ends in mid-upload"
    HALF = "half of a file, as if it were whole"
    SILENT = "no answer until the client hangs up"
    CONFLICT = "another writer commits first"
    LOST = "the commit is made, the answer is lost"
    FAILED_AFTER = "the commit is made, the answer is 500"
    SLOW = "the commit is made, no answer until the client hangs up"
    LATE = "the connection ends; the commit is made only after the client has looked for it"


ANYWHERE = (Fault.BUSY, Fault.FAILED, Fault.AWAY, Fault.CUT)
OF_COMMITS = (*ANYWHERE, Fault.CONFLICT, Fault.LOST, Fault.FAILED_AFTER, Fault.LATE)
