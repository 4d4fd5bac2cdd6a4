"""The other words under which values of a candidacy are accepted, French ones among them."""

from __future__ import annotations

KNOWN_KEYS = frozenset({
    "$schema", "reference", "title", "path", "request", "stage", "date", "decided_on", "begun_on",
    "rule_set", "candidate", "training", "experience", "admissibility", "session", "elements",
    "held", "titles_held", "jury", "proposal", "competences", "previous_sessions", "answers",
    "comment",
})  # fmt: skip
KEYS = {
    "title": {"code", "version", "valid_until", "ccps", "name", "comment"},
    "request": {"kind", "ccps", "ccp", "ccs", "host_titles", "host_title", "comment"},
    "training": {"completed", "completed_on", "started_on", "hours", "comment"},
    "experience": {"months", "years", "kinds", "kind", "comment"},
    "admissibility": {
        "status", "decision", "notified_on", "requested_on", "by", "reference", "comment",
    },
    "session": {
        "date", "mode", "remote_mentioned", "centre", "summoned_on", "forecast_on",
        "identity_checked", "kind", "place", "reference", "comment",
    },
    "candidate": {"identity_checked", "summoned_on", "reference", "name", "comment"},
    "centre": {"approved", "approved_until", "name", "comment"},
    "held": {"ccp", "number", "obtained_on", "date", "version", "name", "comment"},
    "title_held": {"code", "title", "obtained_on", "name", "comment"},
    "title_ccp": {"number", "code", "name", "comment"},
    "named_ccp": {"ccp", "number", "name", "comment"},
    "attempt": {"date", "outcome", "reference", "comment"},
    "jury": {"members", "chair", "comment"},
    "proposal": {"granted", "decision", "title", "ccs", "ccps", "comment"},
    "member": {
        "name", "quality", "kind", "ties", "present", "recused", "chair", "role", "sex",
        "years_in_trade", "experience_years", "experience_months", "months_in_trade",
        "left_trade_on", "authorised", "authorised_until", "qualified", "vote", "comment",
    },
}  # fmt: skip
PATH_WORDS = {
    "training": "continuous", "continuous_training": "continuous", "continu": "continuous",
    "formation": "continuous", "experience": "vae",
    "by_ccp": "discontinuous", "ccp": "discontinuous", "discontinuous_by_ccp": "discontinuous",
    "discontinu": "discontinuous", "capitalisation": "discontinuous", "validation": "vae",
}  # fmt: skip
REQUEST_WORDS = {"titre": "title", "full_title": "title", "ccps": "ccp"}
STAGE_WORDS = {
    "exam": "session", "final": "capitalisation", "accumulation": "capitalisation",
    "final_interview": "capitalisation",
}  # fmt: skip
STATUS_WORDS = {
    "favorable": "favourable", "granted": "favourable", "accepted": "favourable",
    "admissible": "favourable", "yes": "favourable", "true": "favourable",
    "defavorable": "unfavourable", "refused": "unfavourable", "rejected": "unfavourable",
    "no": "unfavourable", "false": "unfavourable", "none": "silence", "no_answer": "silence",
}  # fmt: skip
VERDICT_WORDS = {
    "grant": "granted", "award": "granted", "awarded": "granted", "acquired": "granted",
    "yes": "granted", "true": "granted", "passed": "granted", "pass": "granted", "for": "granted",
    "favourable": "granted", "mastered": "granted", "acquis": "granted", "obtained": "granted",
    "refuse": "refused", "not_acquired": "refused", "no": "refused", "false": "refused",
    "failed": "refused", "fail": "refused", "against": "refused", "unfavourable": "refused",
    "rejected": "refused", "not_mastered": "refused", "non_acquis": "refused",
    "partial": "refused", "not_granted": "refused",
}  # fmt: skip
OUTCOMES = {"failed": "refused", "failure": "refused", "absence": "absent", "success": "granted"}
ELEMENT_WORDS = {
    "ecf": "course_results", "course_evaluations": "course_results",
    "training_results": "course_results", "in_course_evaluations": "course_results",
    "dspp": "practice_dossier", "dp": "practice_dossier", "dossier": "practice_dossier",
    "practice_file": "practice_dossier", "professional_dossier": "practice_dossier",
    "mise_en_situation": "situation", "professional_situation": "situation",
    "synthesis_exam": "situation", "entretien": "interview", "jury_interview": "interview",
    "technical_interview": "interview", "entretien_final": "final_interview",
}  # fmt: skip
QUALITY_WORDS = {
    "pro": "professional", "professionnel": "professional", "formateur": "trainer",
    "teacher": "trainer", "instructor": "trainer", "encadrant": "supervisor", "assessor": "other",
    "manager": "supervisor",
}  # fmt: skip
TIE_WORDS = {
    "trainer": "trained", "taught": "trained", "employer": "employs", "employed": "employs",
    "family": "kin", "relative": "kin", "kinship": "kin", "tutor": "accompanied",
    "tutored": "accompanied", "coached": "accompanied", "same_employer": "shared_employer",
    "colleague": "shared_employer", "same_company": "shared_employer",
    "same_training_body": "shared_training_body", "shared_training": "shared_training_body",
    "same_training": "shared_training_body",
}  # fmt: skip
