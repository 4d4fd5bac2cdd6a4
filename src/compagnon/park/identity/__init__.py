"""Which machine is this? Pure: evidence and candidates in, a decision with its reasons out.

::

    evidence = evidence_of(report)                  # from what an agent said, junk left out
    keys = evidence.lookup                          # "uuid:4c4c…", to find candidates by
    decision = decide(evidence, candidates)         # same, new or doubt; confidence; reason

The rules, in `rules`: a strong contradiction forbids a merge, hardware speaks before names, and
what is ambiguous is a doubt for a person. The junk that firmware and images hold is data, in
`junk`.
"""

from compagnon.park.identity.evidence import Evidence, evidence_of
from compagnon.park.identity.rules import Candidate, Decision, Evaluation, decide

__all__ = ["Candidate", "Decision", "Evaluation", "Evidence", "decide", "evidence_of"]
