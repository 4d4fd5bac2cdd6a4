"""Stub"""
def message_id(*, ticket_id: int, unique: str, domain: str) -> str:
    return f"<t{ticket_id}.{unique}@{domain}>"
