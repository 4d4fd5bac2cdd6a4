"""Mailboxes fetched by IMAP, beside the listener: connect, sign in, take what is new, once."""
