"""What falls with what: pure, in time linear in items and relations. Knows no Django.

``graph`` holds who needs whom, with redundancy («two of these three are enough»); ``falling`` says
what falls when something falls; ``causes`` says what may have brought something down.
"""

from compagnon.park.impact.causes import Cause, causes
from compagnon.park.impact.drawing import Drawing, draw
from compagnon.park.impact.falling import Fall, Outcome, fall
from compagnon.park.impact.graph import Dependency, Graph, Redundancy

__all__ = [
    "Cause",
    "Dependency",
    "Drawing",
    "Fall",
    "Graph",
    "Outcome",
    "Redundancy",
    "causes",
    "draw",
    "fall",
]
