"""The wording of every refusal and note of the clock, by code, in French and English."""

from __future__ import annotations

from .texts import Language, Text

_FIELDS = {
    "field_missing": Text("champ obligatoire absent", "required field missing"),
    "field_unknown": Text(
        "champ inconnu « {value} » ; attendu\u202f: {known}",
        "unknown field “{value}”; expected: {known}",
    ),
    "field_twice": Text(
        "« {value} » est donné deux fois, sous deux écritures",
        "“{value}” is given twice, in two spellings",
    ),
    "not_text": Text("un texte est attendu, pas {value}", "expected a text, not {value}"),
    "text_bad": Text(
        "texte de plus de {maximum} caractères, ou avec des caractères de commande",
        "text over {maximum} characters, or with control characters",
    ),
    "not_bool": Text("true ou false est attendu", "expected true or false"),
    "not_list": Text("une liste est attendue, pas {value}", "expected a list, not {value}"),
    "too_many": Text("plus de {maximum} éléments", "more than {maximum} entries"),
}

_FILE = {
    "calendar_refused": Text(
        "calendrier refusé ({count} problèmes)", "calendar refused ({count} problems)"
    ),
    "not_object": Text(
        "un objet JSON est attendu à la racine", "expected a JSON object at the root"
    ),
    "json_bad": Text(
        "JSON illisible, ligne {line}, colonne {column}\u202f: {value}",
        "unreadable JSON, line {line}, column {column}: {value}",
    ),
    "json_duplicate": Text(
        "la clé « {value} » apparaît deux fois dans le même objet",
        "the key “{value}” appears twice in the same object",
    ),
    "json_constant": Text("{value} n’est pas du JSON", "{value} is not JSON"),
    "not_utf8": Text("le fichier n’est pas en UTF-8", "the file is not UTF-8"),
    "too_deep": Text("JSON trop imbriqué", "JSON nested too deeply"),
    "too_large": Text("fichier de plus de {maximum} octets", "file larger than {maximum} bytes"),
    "file_unreadable": Text(
        "fichier illisible\u202f: {value} ({detail})", "cannot read the file {value} ({detail})"
    ),
    "calendar_unknown": Text(
        "aucun calendrier nommé « {value} » ; calendriers fournis\u202f: {known}",
        "no calendar named “{value}”; built-in calendars: {known}",
    ),
}

_WEEK = {
    "weekly_seven": Text("sept jours sont attendus", "expected seven days"),
    "weekly_ways": Text(
        "les heures sont données de plusieurs façons (weekly, jours à la racine, always_open)",
        "hours are given in several ways (weekly, days at the root, always_open)",
    ),
    "week_bad": Text(
        "un objet de jours, ou une liste de sept jours, est attendu, pas {value}",
        "expected an object of days or a list of seven days, not {value}",
    ),
    "day_unknown": Text(
        "jour inconnu « {value} » ; attendu\u202f: monday à sunday, mon à sun, lundi à dimanche, "
        "un nombre, ou une plage mon-fri",
        "unknown day “{value}”; expected monday to sunday, mon to sun, lundi to dimanche, "
        "a number, or a range such as mon-fri",
    ),
    "day_number": Text(
        "jour n° {value}\u202f: 0 à 6 (0 = lundi) ou 1 à 7 (1 = lundi), sans mélange",
        "day number {value}: 0 to 6 (0 = Monday) or 1 to 7 (1 = Monday), never mixed",
    ),
    "day_twice": Text("{value} est déjà donné par {first}", "{value} is already given by {first}"),
    "hours_bad": Text(
        'une liste d’heures [["09:00", "12:00"], …] est attendue, pas {value}',
        'expected a list of hours [["09:00", "12:00"], …], not {value}',
    ),
    "hours_bounds": Text(
        "heures hors de 00:00–24:00, ou fin avant le début",
        "hours outside 00:00–24:00, or end before start",
    ),
    "hours_none": Text("au moins une plage d’heures est attendue", "expected at least one segment"),
    "segment_bad": Text(
        'une plage ["09:00", "12:00"] est attendue, pas {value}',
        'expected a segment ["09:00", "12:00"], not {value}',
    ),
    "segment_empty": Text(
        "plage vide\u202f: le début est la fin", "empty segment: it ends when it starts"
    ),
    "time_bad": Text(
        'heure illisible {value} ; attendu "HH:MM" de 00:00 à 24:00',
        'unreadable time {value}; expected "HH:MM" from 00:00 to 24:00',
    ),
}

_DAYS = {
    "zone_unknown": Text(
        "fuseau inconnu « {value} » ; attendu un nom IANA, comme Europe/Paris",
        "unknown time zone “{value}”; expected an IANA name such as Europe/Paris",
    ),
    "country_unknown": Text(
        "pays inconnu « {value} » ; attendu un code ISO 3166, comme FR",
        "unknown country “{value}”; expected an ISO 3166 code such as FR",
    ),
    "subdivision_unknown": Text(
        "subdivision inconnue « {value} » pour {country} ; attendu\u202f: {known}",
        "unknown subdivision “{value}” of {country}; expected: {known}",
    ),
    "category_unknown": Text(
        "catégorie inconnue « {value} » ; attendu\u202f: {known}",
        "unknown category “{value}”; expected: {known}",
    ),
    "exception_unknown": Text(
        "« {value} » n’est ni une date (AAAA-MM-JJ, MM-JJ) ni un nom de jour férié de la règle ; "
        "ses noms\u202f: {known}",
        "“{value}” is neither a date (YYYY-MM-DD, MM-DD) nor the name of a holiday of this rule; "
        "its names: {known}",
    ),
    "rule_lists": Text(
        "categories et except sont des listes de textes",
        "categories and except are lists of texts",
    ),
    "range_bad": Text(
        "une date, une période ou un objet est attendu, pas {value}",
        "expected a date, a range or an object, not {value}",
    ),
    "range_reversed": Text("la fin est avant le début", "it ends before it starts"),
    "range_mixed": Text(
        "date et start/end (ou hours et start/end) ne vont pas ensemble",
        "date and start/end (or hours and start/end) do not go together",
    ),
    "date_bad": Text(
        "une date AAAA-MM-JJ est attendue, pas {value}", "expected a date YYYY-MM-DD, not {value}"
    ),
    "moment_bad": Text(
        "une date ou une heure ISO 8601 est attendue, pas {value}",
        "expected an ISO 8601 date or time, not {value}",
    ),
    "month_day_bad": Text(
        'un jour de l’année "MM-JJ" est attendu, pas {value}',
        'expected a day of the year "MM-DD", not {value}',
    ),
    "opening_hours": Text(
        "dire les heures de cette ouverture\u202f: hours, ou start et end avec une heure",
        "give the hours of this opening: hours, or start and end with a time",
    ),
    "opening_yearly": Text(
        "une ouverture ne se répète pas chaque année ; donner sa date",
        "an opening does not repeat every year; give its date",
    ),
}

_CLOCK = {
    "instant_naive": Text(
        "heure sans décalage UTC\u202f: {value}", "time without UTC offset: {value}"
    ),
    "instant_range": Text(
        "hors des années connues (1970 à 2100)\u202f: {value}",
        "outside the known years (1970 to 2100): {value}",
    ),
    "end_before_start": Text(
        "la fin ({end}) est avant le début ({start})",
        "the end ({end}) is before the start ({start})",
    ),
    "pause_reversed": Text(
        "la pause n° {index} finit ({end}) avant de commencer ({start})",
        "pause {index} ends ({end}) before it starts ({start})",
    ),
    "target_bounds": Text(
        "objectif de {value} s ; attendu de 0 à {maximum} s",
        "target of {value} s; expected 0 to {maximum} s",
    ),
    "segments_empty": Text("le compteur n’a aucun segment", "the clock has no segment"),
    "segment_open_ended": Text(
        "le segment {index} n’a pas de fin et n’est pas le dernier",
        "segment {index} has no end and is not the last",
    ),
    "segment_reversed": Text(
        "le segment {index} finit avant de commencer", "segment {index} ends before it starts"
    ),
    "segment_apart": Text(
        "le segment {index} ne commence pas où finit le précédent",
        "segment {index} does not start where the one before ends",
    ),
}

_NOTES = {
    "pause_empty": Text(
        "la pause n° {index} est vide\u202f: sans effet", "pause {index} is empty: no effect"
    ),
    "pause_before": Text(
        "la pause n° {index} finit avant le début\u202f: sans effet",
        "pause {index} ends before the start: no effect",
    ),
    "pause_after": Text(
        "la pause n° {index} commence après la fin\u202f: elle ne compte que pour l’échéance",
        "pause {index} starts after the end: it bears on the due time only",
    ),
    "pause_cut_start": Text(
        "la pause n° {index} est coupée au début", "pause {index} is cut at the start"
    ),
    "pause_cut_end": Text(
        "la pause n° {index} est coupée à la fin ; elle repousse l’échéance jusqu’à son terme",
        "pause {index} is cut at the end; it delays the due time until it is over",
    ),
    "pauses_merged": Text(
        "les pauses n° {index} se recouvrent\u202f: comptées une seule fois",
        "pauses {index} overlap: taken once",
    ),
    "wall_twice": Text(
        "{value} a lieu deux fois en {zone}\u202f: la première est retenue ({taken})",
        "{value} happens twice in {zone}: the first one is taken ({taken})",
    ),
    "wall_never": Text(
        "{value} n’existe pas en {zone} (changement d’heure)\u202f: {taken} est retenu",
        "{value} does not exist in {zone} (clocks change): {taken} is taken",
    ),
    "almost_midnight": Text(
        "{value} finit juste avant minuit ; écrire 24:00 si la journée va jusqu’à minuit",
        "{value} ends just before midnight; write 24:00 if the day goes on until midnight",
    ),
}

WORDINGS = {**_FIELDS, **_FILE, **_WEEK, **_DAYS, **_CLOCK, **_NOTES}


def wording(code: str, language: Language) -> str:
    """The wording of a refusal or note, with the names of its parameters in braces."""
    return _spaced(WORDINGS[code].in_language(language))


def _spaced(text: str) -> str:
    """French narrow no-break spaces inside guillemets and before a semicolon."""
    return text.replace("« ", "«\u202f").replace(" »", "\u202f»").replace(" ;", "\u202f;")
